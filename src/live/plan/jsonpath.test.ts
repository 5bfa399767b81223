import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../core/json.ts";
import { findMatches } from "./jsonpath.ts";

const root: Json = {
  a: { "b.c": 1, list: [{ name: "x", port: 80 }, { name: "y", port: 443 }, { name: "z" }] },
  n: [0, 1, 2, 3, 4],
};

const rows: [path: string, values: Json[]][] = [
  ["$", [root]],
  ['$.a["b.c"]', [1]],
  ["$['a'].list[1].port", [443]],
  ["$.a.list[-1].name", ["z"]],
  ['$.a.list[?(@.name=="y")].port', [443]],
  ["$.a.list[?(@.port > 100 || @.name == 'z')].name", ["y", "z"]],
  ["$.a.list[?(@.port)].name", ["x", "y"]],
  ["$.a.list[?(!(@.port))].name", ["z"]],
  ["$.n[1:3]", [1, 2]],
  ["$.n[::2]", [0, 2, 4]],
  ["$.n[::-1]", [4, 3, 2, 1, 0]],
  ["$.n[0,2]", [0, 2]],
  ["$..port", [80, 443]],
  ["$.a.list[*].name", ["x", "y", "z"]],
  ["$.missing", []],
];

for (const [path, values] of rows) {
  test(`${path} selects ${values.length} values`, () => {
    const found = findMatches(root, path).map(match => match.value);
    assert.deepEqual(found, values);
  });
}

test("a match can be replaced where it stands", () => {
  const copy = structuredClone(root);
  for (const match of findMatches(copy, "$.a.list[0].name")) match.replace("new");
  assert.deepEqual(
    findMatches(copy, "$.a.list[0].name").map(match => match.value),
    ["new"],
  );
});

test("a path that can't be read says where it ends", () => {
  assert.throws(() => findMatches(root, "$.["), { message: "unexpected end of file" });
  assert.throws(() => findMatches(root, "$.a]"), { message: "wrong symbol ']' at 3" });
});
