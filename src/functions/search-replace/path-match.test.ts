import assert from "node:assert/strict";
import { test } from "node:test";
import { globMatcher } from "../../sdk/glob.ts";
import { isPlainPath, pathMatcher } from "./path-match.ts";

test("field paths match names, stars and elements", () => {
  const cases: [pattern: string, path: string, matches: boolean][] = [
    ["a.b.c", "a.b.c", true],
    ["a.*.c", "a.b.c", true],
    ["a.**.c", "a.c", true],
    ["**.c", "a.b.c", true],
    ["**", "a.b", true],
    ["a.**", "a", true],
    ["a.b[*].c", "a.b[3].c", true],
    ["a.*[1]", "a.b[1]", true],
    ["a.b", "a.b[1]", false],
    ["a.b[0]", "a.b[1]", false],
    ["*", "a.b", false],
    ["a.b", "a.b.c", false],
  ];
  for (const [pattern, path, matches] of cases) assert.equal(pathMatcher(pattern)(path), matches, pattern);
});

test("many stars take no longer", () => {
  const path = Array(60).fill("a").join(".");
  assert.equal(pathMatcher(`${"**.".repeat(40)}b`)(path), false);
});

test("plain paths name one field", () => {
  assert.equal(isPlainPath("a.b"), true);
  for (const pattern of ["", "a.*", "a[0]", "a..b"]) assert.equal(isPlainPath(pattern), false, pattern);
});

test("globs match paths of files", () => {
  const cases: [pattern: string, path: string, matches: boolean][] = [
    ["**/*.yaml", "a/b/c.yaml", true],
    ["**/*.yaml", "c.yaml", true],
    ["*.yaml", "a/c.yaml", false],
    ["a/**", "a/b/c", true],
    ["a/{b,c}.y?ml", "a/c.yaml", true],
    ["[!a].yaml", "b.yaml", true],
    ["[!a].yaml", "a.yaml", false],
    ["a.c", "abc", false],
  ];
  for (const [pattern, path, matches] of cases)
    assert.equal(globMatcher(pattern)(path), matches, `${pattern} ${path}`);
});
