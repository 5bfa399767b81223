import assert from "node:assert/strict";
import { test } from "node:test";
import { KptError } from "../core/error.ts";
import { parseIgnore } from "./ignore.ts";

const cases: { name: string; rules: string; path: string; folder?: boolean; ignored: boolean }[] = [
  { name: "a name at any depth", rules: "x.yaml", path: "a/b/x.yaml", ignored: true },
  { name: "a star stays within a name", rules: "a*c.yaml", path: "ab/c.yaml", ignored: false },
  { name: "inner slashes match the last elements", rules: "b/x.yaml", path: "a/b/x.yaml", ignored: true },
  { name: "a leading slash anchors", rules: "/x.yaml", path: "a/x.yaml", ignored: false },
  { name: "a trailing slash means folders", rules: "tmp/", path: "tmp", ignored: false },
  { name: "a trailing slash matches a folder", rules: "tmp/", path: "a/tmp", folder: true, ignored: true },
  {
    name: "an exception wins though it stands first",
    rules: "!k.yaml\n*.yaml",
    path: "k.yaml",
    ignored: false,
  },
  { name: "a comment", rules: "# x.yaml", path: "# x.yaml", ignored: false },
  { name: "an escaped hash", rules: "\\#x", path: "#x", ignored: true },
  { name: "a class", rules: "[a-c]?.yaml", path: "b1.yaml", ignored: true },
  { name: "a negated class", rules: "[^a-c].yaml", path: "b.yaml", ignored: false },
];

for (const { name, rules, path, folder, ignored } of cases) {
  test(`ignore rules: ${name}`, () => {
    assert.equal(parseIgnore(rules).ignores(path, folder ?? false), ignored);
  });
}

test("ignore rules: a broken pattern is refused with its line", () => {
  assert.throws(
    () => parseIgnore("ok\n[a", "p/.krmignore"),
    (error: unknown) =>
      error instanceof KptError && error.place?.line === 2 && error.place.file === "p/.krmignore",
  );
});

test("ignore rules: many stars end quickly", () => {
  assert.equal(parseIgnore(`${"*a".repeat(2000)}b`).ignores("a".repeat(4000), false), false);
});
