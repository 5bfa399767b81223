import assert from "node:assert/strict";
import { test } from "node:test";
import { checkUpstream, cleanDirectory, locatePackage } from "./locate.ts";

const options = { cwd: "/home", isRepository: (path: string) => path === "/srv/pkgs" || path === "/home/up" };

const rows: readonly [text: string, repo: string, directory: string, ref?: string][] = [
  ["https://host/o/r.git/dir@v1", "https://host/o/r", "/dir", "v1"],
  ["https://host/o/r.git/dir/@v1/", "https://host/o/r", "/dir", "v1"],
  ["https://host/o/r.git", "https://host/o/r", "/"],
  ["https://host/o/r.git/", "https://host/o/r", "/"],
  ["https://host/o/r.git/a//b/../c", "https://host/o/r", "/a/c"],
  ["https://host/o/r.git@v1", "https://host/o/r", "/", "v1"],
  ["https://host/o/r.git@feature/x", "https://host/o/r", "/", "feature/x"],
  ["https://host/o/r.git/dir@feature/x", "https://host/o/r", "/dir", "feature/x"],
  ["ssh://git@host:2222/o/r.git/dir@v1", "ssh://git@host:2222/o/r", "/dir", "v1"],
  ["git@host:o/r.git/dir@v1", "git@host:o/r", "/dir", "v1"],
  ["git@host:o/r.git@v1", "git@host:o/r", "/", "v1"],
  ["git@github.com:o/r.git@v1", "git@github.com:o/r", "/", "v1"],
  ["git@github.com:o/r.git/dir", "git@github.com:o/r", "/dir"],
  ["https://user:pw@host/o/r.git/dir@v1", "https://user:pw@host/o/r", "/dir", "v1"],
  ["file:///srv/r.git/dir@v1", "file:///srv/r", "/dir", "v1"],
  ["/srv/r.git/dir@v1", "/srv/r", "/dir", "v1"],
  ["../r.git/dir@v1", "/r", "/dir", "v1"],
  ["./up/.git/dir", "/home/up", "/dir"],
  ["/srv/pkgs/dir/sub@v1", "/srv/pkgs", "/dir/sub", "v1"],
  ["./up", "/home/up", "/"],
  ["https://github.com/o/r", "https://github.com/o/r", "/"],
  ["https://github.com/o/r@v1", "https://github.com/o/r", "/", "v1"],
  ["https://github.com/o/r/dir@v1", "https://github.com/o/r", "/dir", "v1"],
  ["https://github.com/o/r.git@v1", "https://github.com/o/r", "/", "v1"],
  ["https://github.com/o/r/tree/main/a/b", "https://github.com/o/r", "/a/b", "main"],
  ["https://github.com/o/r/tree/main", "https://github.com/o/r", "/", "main"],
  ["https://dev.azure.com/o/p/_git/r/dir@v1", "https://dev.azure.com/o/p/_git/r", "/dir", "v1"],
  [
    "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r/dir@v1",
    "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/r",
    "/dir",
    "v1",
  ],
];

for (const [text, repo, directory, ref] of rows) {
  test(`address ${text}`, () => {
    const { guessed: _, ...found } = locatePackage(text, options);
    assert.deepEqual(found, { repo, directory, ref });
  });
}

const refused: readonly [text: string, message: RegExp][] = [
  ["https://host/o/r/dir@v1", /^ambiguous repo\/dir@version specify '\.git' in argument$/],
  ["host/o/r.git@v1", /^ambiguous/],
  ["https://host/o/r.git@a@b@c", /^ambiguous/],
  ["/nowhere/dir", /^ambiguous/],
  ["", /^ambiguous/],
  [".git", /^ambiguous/],
  ["github.com/o/r", /^invalid GitHub url: github\.com\/o\/r$/],
  ["https://github.com/o", /^invalid GitHub pkg url: https:\/\/github\.com\/o$/],
  ["https://host/r.git/dir@a@b", /^at most 1 version permitted$/],
  ["https://host/r.git/../x", /must not leave the repository/],
];

for (const [text, message] of refused) {
  test(`address ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => locatePackage(text, options), { message });
  });
}

test("directories of Kptfiles are brought into one spelling", () => {
  for (const spelling of ["", "/", ".", "./", "//"]) assert.equal(cleanDirectory(spelling), "/");
  for (const spelling of ["a/b", "/a/b/", "./a//b", "/a/c/../b"])
    assert.equal(cleanDirectory(spelling), "/a/b");
  for (const spelling of ["..", "/..", "a/../../b", "../.."]) {
    assert.throws(() => cleanDirectory(spelling), /must not leave the repository/);
  }
});

test("what could run a command is refused", () => {
  const ok = { repo: "https://host/r", ref: "v1" };
  assert.doesNotThrow(() => checkUpstream(ok));
  assert.throws(() => checkUpstream({ ...ok, ref: "-x" }), {
    message: `invalid git reference "-x": must not begin with '-'`,
  });
  assert.throws(() => checkUpstream({ ...ok, repo: "-x" }), {
    message: `invalid git repo URI "-x": must not begin with '-'`,
  });
  assert.throws(() => checkUpstream({ ...ok, repo: "EXT::sh -c id" }), /transport "EXT" is not allowed/);
  for (const repo of [
    "ssh://-oProxyCommand=id/r",
    "ssh://git@-oProxyCommand=id/r",
    "git@-oProxyCommand=id:r",
  ]) {
    assert.throws(() => checkUpstream({ ...ok, repo }), /a host must not begin with '-'/, repo);
  }
  assert.throws(() => checkUpstream({ ...ok, ref: "a\u001b[2J" }), /control characters/);
});
