import assert from "node:assert/strict";
import { test } from "node:test";
import { labelSelector } from "./label-selector.ts";
import { quote } from "./quote.ts";

test("selectors read as Kubernetes reads them", () => {
  const labels = new Map([
    ["a", "b"],
    ["x", "y"],
  ]);
  const cases: [selector: string, selects: boolean][] = [
    ["", true],
    ["a=b", true],
    ["a==b,x=y", true],
    ["a=b,x=z", false],
    ["a!=c", true],
    ["n!=c", true],
    ["a in (b, c),!n", true],
    ["a notin (b)", false],
    ["n notin (b)", true],
    ["a", true],
    ["! a", false],
  ];
  for (const [selector, selects] of cases) {
    assert.equal(
      labelSelector(selector)(key => labels.get(key)),
      selects,
      selector,
    );
  }
  assert.throws(() => labelSelector("a b"), /unable to parse requirement/);
});

test("texts are quoted as Go quotes them", () => {
  assert.equal(quote('a"b\\c\nd\x07\x1bé\u200b'), '"a\\"b\\\\c\\nd\\a\\x1bé\\u200b"');
});
