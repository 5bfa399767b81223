import assert from "node:assert/strict";
import { test } from "node:test";
import { splitCommand } from "./shell-words.ts";
import { duration, harmless, quoted } from "./spelling.ts";

test("durations are spelled as Go spells them", () => {
  const cases: [number, string][] = [
    [0.4, "0s"],
    [12.9, "12ms"],
    [1234, "1.234s"],
    [1500, "1.5s"],
    [10_000, "10s"],
    [62_500, "1m2.5s"],
    [3_600_000, "1h0m0s"],
  ];
  for (const [ms, text] of cases) assert.equal(duration(ms), text);
});

test("names are quoted as Go quotes them", () => {
  assert.equal(quoted('a "b" \\ \x1b[31m é\n'), '"a \\"b\\" \\\\ \\x1b[31m é\\n"');
  assert.equal(harmless("a\tb\n\x1b[31m\u202e"), "a\tb\n\\x1b[31m\\u202e");
});

test("commands are split as a shell splits them", () => {
  assert.deepEqual(splitCommand("sed -e 's/a b/c/' \"x\\\"y\" a\\ b '' # rest"), [
    "sed",
    "-e",
    "s/a b/c/",
    'x"y',
    "a b",
    "",
  ]);
  assert.throws(() => splitCommand("cat 'x"), /EOF found when expecting closing quote/);
});
