import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readTextFile } from "./files.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "kpt-files-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("text that is not UTF-8 is refused with its file", t => {
  const root = folder(t);
  writeFileSync(join(root, "a.yaml"), Buffer.from([0x61, 0xff]));
  assert.throws(() => readTextFile(join(root, "a.yaml"), "a.yaml"), /a\.yaml: the file is not valid UTF-8/);
});
