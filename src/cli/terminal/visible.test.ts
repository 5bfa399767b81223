import assert from "node:assert/strict";
import { test } from "node:test";
import { visible, visibleLine } from "./visible.ts";

const cases: { name: string; text: string; shown: string; line: string }[] = [
  { name: "plain text", text: "zażółć 漢字 🙂", shown: "zażółć 漢字 🙂", line: "zażółć 漢字 🙂" },
  { name: "colours", text: "\u001b[31mred", shown: "\\u001b[31mred", line: "\\u001b[31mred" },
  { name: "C1 controls", text: "\u009b2J", shown: "\\u009b2J", line: "\\u009b2J" },
  { name: "reversed text", text: "a\u202eb", shown: "a\\u202eb", line: "a\\u202eb" },
  { name: "line ends and tabs", text: "a\r\n\tb\n", shown: "a\r\n\tb\n", line: "a\\r\\n\\tb\\n" },
  {
    name: "a return that hides what is before it",
    text: "bad\rgood",
    shown: "bad\\u000dgood",
    line: "bad\\u000dgood",
  },
];

for (const { name, text, shown, line } of cases) {
  test(`shows ${name}`, () => {
    assert.equal(visible(text), shown);
    assert.equal(visibleLine(text), line);
  });
}
