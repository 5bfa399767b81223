import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { KptError } from "../core/error.ts";
import { journalName } from "./journal.ts";
import { repairFiles, replaceFiles } from "./replace.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "kpt-files-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("many files are written, made and removed in one go, and nothing else stays behind", t => {
  const root = folder(t);
  writeFileSync(join(root, "a"), "old");
  writeFileSync(join(root, "gone"), "old");
  chmodSync(join(root, "a"), 0o750);
  replaceFiles(root, [
    { path: "a", content: "new" },
    { path: "d/e/f", content: "made" },
    { path: "gone", content: undefined },
  ]);
  assert.equal(readFileSync(join(root, "a"), "utf8"), "new");
  assert.equal(statSync(join(root, "a")).mode & 0o777, 0o750);
  assert.equal(readFileSync(join(root, "d/e/f"), "utf8"), "made");
  assert.deepEqual(readdirSync(root).sort(), ["a", "d"]);
});

test("a target that cannot be written leaves every file as it was", t => {
  const root = folder(t);
  writeFileSync(join(root, "a"), "old");
  mkdirSync(join(root, "taken"));
  assert.throws(
    () =>
      replaceFiles(root, [
        { path: "a", content: "new" },
        { path: "taken", content: "x" },
      ]),
    (error: unknown) => error instanceof KptError && /is a directory/.test(error.message),
  );
  assert.throws(() =>
    replaceFiles(root, [
      { path: "a", content: "new" },
      { path: "a/b", content: "x" },
    ]),
  );
  assert.equal(readFileSync(join(root, "a"), "utf8"), "old");
  assert.deepEqual(readdirSync(root).sort(), ["a", "taken"]);
});

test("a path that leaves the root is refused", t => {
  const root = folder(t);
  assert.throws(() => replaceFiles(root, [{ path: "../x", content: "x" }]), KptError);
});

const dead = ".kpt-staged-999999999-1-abcdef";

function interrupted(root: string, ino?: number): string {
  const staging = join(root, dead);
  mkdirSync(staging);
  writeFileSync(join(staging, "new-0"), "new");
  const status = statSync(staging);
  const moves = [
    { path: "a", write: true, old: true, folders: [] },
    { path: "gone", write: false, old: true, folders: [] },
  ];
  const journal = { ino: ino ?? status.ino, dev: status.dev, prunes: false, moves };
  writeFileSync(join(staging, "draft"), JSON.stringify(journal));
  return staging;
}

test("a write that was killed before its journal was final is undone", t => {
  const root = folder(t);
  writeFileSync(join(root, "a"), "old");
  interrupted(root);
  repairFiles(root);
  assert.equal(readFileSync(join(root, "a"), "utf8"), "old");
  assert.deepEqual(readdirSync(root), ["a"]);
});

test("a write that was killed after its journal was final is completed", t => {
  const root = folder(t);
  writeFileSync(join(root, "a"), "old");
  writeFileSync(join(root, "gone"), "old");
  const staging = interrupted(root);
  renameSync(join(staging, "draft"), join(staging, journalName));
  repairFiles(root);
  assert.equal(readFileSync(join(root, "a"), "utf8"), "new");
  assert.deepEqual(readdirSync(root), ["a"]);
});

test("a journal that came with a package is not obeyed", t => {
  const root = folder(t);
  writeFileSync(join(root, "a"), "old");
  const staging = interrupted(root, 1);
  renameSync(join(staging, "draft"), join(staging, journalName));
  repairFiles(root);
  assert.equal(readFileSync(join(root, "a"), "utf8"), "old");
});
