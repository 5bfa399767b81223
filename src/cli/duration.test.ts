import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

const spellings: [text: string, ms: number, back: string][] = [
  ["0", 0, "0s"],
  ["2m", 120_000, "2m0s"],
  ["1h2m3s", 3_723_000, "1h2m3s"],
  ["1.5s", 1500, "1.5s"],
  [".5s", 500, "500ms"],
  ["250ms", 250, "250ms"],
  ["-1m", -60_000, "-1m0s"],
  ["90m", 5_400_000, "1h30m0s"],
];

for (const [text, ms, back] of spellings) {
  test(`${text} is ${ms} ms and is shown as ${back}`, () => {
    assert.equal(parseDuration(text), ms);
    assert.equal(formatDuration(ms), back);
  });
}

const mistakes: [text: string, message: string][] = [
  ["", 'time: invalid duration ""'],
  ["-", 'time: invalid duration "-"'],
  ["5", 'time: missing unit in duration "5"'],
  ["5x", 'time: unknown unit "x" in duration "5x"'],
  ["s", 'time: invalid duration "s"'],
  ["1m-2s", 'time: unknown unit "m-" in duration "1m-2s"'],
];

for (const [text, message] of mistakes) {
  test(`${JSON.stringify(text)} is no duration`, () => assert.throws(() => parseDuration(text), { message }));
}

test("what is shown is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), ms => {
      assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
  );
});
