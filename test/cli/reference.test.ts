import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { repository, runNode } from "./program.ts";

test("docs/reference is what the commands declare", async () => {
  const { code, stderr } = await runNode([join(repository, "scripts/reference.mjs"), "--check"]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
