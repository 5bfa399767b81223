import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KptError } from "../core/error.ts";
import { cleanPath, judgePath, resolveInside } from "./inside.ts";

test("paths are cleaned as Go cleans them", () => {
  const cases = { "": ".", "a/../b/./x": "b/x", "/..//a/": "/a", "../a/../..": "../..", "./": "." };
  for (const [path, clean] of Object.entries(cases)) assert.equal(cleanPath(path), clean);
});

test("paths that leave the package or belong to git are refused", () => {
  for (const path of [
    "../x",
    "a/../../x",
    "/x",
    "",
    ".",
    ".git/hooks/x",
    "a/.GIT/config",
    "a/.kpt-staged-1-1-x/journal",
    "a\0b",
  ]) {
    assert.throws(() => judgePath(path), KptError, path);
  }
  assert.equal(judgePath("a/./b/../c.yaml"), "a/c.yaml");
});

test("links are followed inside the package only", t => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "kpt-paths-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const pkg = join(root, "pkg");
  mkdirSync(join(pkg, "d/.git"), { recursive: true });
  writeFileSync(join(pkg, "d/f"), "");
  symlinkSync("d/f", join(pkg, "inside"));
  symlinkSync("d", join(pkg, "folder"));
  symlinkSync("../out", join(pkg, "outside"));
  symlinkSync("/etc", join(pkg, "absolute"));
  symlinkSync("loop", join(pkg, "loop"));
  symlinkSync("d/.git", join(pkg, "git"));
  assert.equal(resolveInside(pkg, "inside"), join(pkg, "d/f"));
  assert.equal(resolveInside(pkg, "folder/new"), join(pkg, "d/new"));
  for (const path of ["outside", "outside/x", "absolute/passwd", "loop", "git/config"]) {
    assert.throws(() => resolveInside(pkg, path), KptError, path);
  }
});
