import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "./folder.ts";

test("folders are made with those above them, and may be there already", t => {
  const root = mkdtempSync(join(tmpdir(), "kpt-folder-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const deep = join(root, "a/b/c");
  makeFolder(deep);
  makeFolder(deep);
  assert.ok(statSync(deep).isDirectory());
  writeFileSync(join(root, "file"), "");
  assert.throws(() => makeFolder(join(root, "file")), { code: "EEXIST" });
});

test("a folder that the system will not make is an error, not an endless wait", {
  skip: !existsSync("/proc/self"),
}, () => {
  assert.throws(() => makeFolder("/proc/kpt-nowhere"));
});
