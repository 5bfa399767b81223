import assert from "node:assert/strict";
import { test } from "node:test";
import { comparePaths } from "./paths.ts";

test("the order of paths is the order of a walk", () => {
  const walk = [".dot/x.yaml", ".hidden.yaml", "Kptfile", "a/z.yaml", "a.yaml", "b/Kptfile", "é", "😀"];
  assert.deepEqual([...walk].reverse().sort(comparePaths), walk);
});
