import assert from "node:assert/strict";
import { test } from "node:test";
import type { MapNode } from "./node.ts";
import { parseYaml } from "./parse.ts";
import { canonicalText, newScalar } from "./print.ts";

function root(text: string): MapNode {
  const found = parseYaml(text).documents[0]?.root;
  assert.ok(found?.kind === "map");
  return found;
}

test("canonical text is what kyaml writes", () => {
  const text = `# licence header

# second header comment
kind: ConfigMap   # trailing after kind
labels: {b: "2",   a: 1}
a:   'x'

# floating

b: "first
  second"
c: "\\u00e9"
d: &x
    - 1
    # in the list
    -   e: 1
        f: [1,2]
    - - y
      # after y
g: *x
h: |
    one
      two
? i
: !!str 12
j:
k: > # folded
    some
    text
l: |2
   lead
# end
`;
  const printed = `# licence header
# second header comment
kind: ConfigMap # trailing after kind
labels: {b: "2", a: 1}
a: 'x'
# floating
b: "first second"
c: "é"
d: &x
- 1
# in the list
- e: 1
  f: [1, 2]
- - y
  # after y
g: *x
h: |
  one
    two
i: !!str 12
j:
k: > # folded
  some
  text
l: |2
   lead
# end
`;
  assert.equal(canonicalText(root(text)), printed);
  assert.equal(canonicalText(root(printed)), printed);
  const wide = canonicalText(root(text), { indentSeq: "wide" });
  assert.ok(
    wide.includes("\nd: &x\n  - 1\n  # in the list\n  - e: 1\n    f: [1, 2]\n  - - y\n    # after y\ng"),
    wide,
  );
});

test("canonical text of edited trees and of JSON", () => {
  const node = root('{\n  "a": [1,\n 2], "b": {"c": "x: y"}\n}\n');
  assert.equal(canonicalText(node), '{"a": [1, 2], "b": {"c": "x: y"}}\n');
  const block = root("# head\na: 1 # one\n");
  block.setIn(["m", "n"], newScalar("v", { style: "single" }));
  assert.equal(canonicalText(block), "# head\na: 1 # one\nm:\n  \"n\": 'v'\n");
});
