import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ended, kpt } from "./program.ts";

interface Case {
  name: string;
  args: string[];
  code: number;
  stdout?: string | RegExp;
  stderr?: string | RegExp;
}

const nothing = "";

const cases: Case[] = [
  {
    name: "without arguments, the usage goes to stderr and the exit code is 0",
    args: [],
    code: 0,
    stdout: nothing,
    stderr: /^Usage:\n {2}kpt \[flags\]\n {2}kpt \[command\]\n\nAvailable Commands:\n/,
  },
  {
    name: "--help begins with the general synopsis, on stdout",
    args: ["--help"],
    code: 0,
    stdout:
      /^\nAll kpt commands follow this general synopsis:\n\n {2}kpt <group> <command> <positional args> \[PKG_PATH\] \[flags\]\n/,
    stderr: nothing,
  },
  {
    name: "a group without a command shows its usage on stderr",
    args: ["pkg"],
    code: 0,
    stdout: nothing,
    stderr: /^Usage:\n {2}kpt pkg \[flags\]/,
  },
  {
    name: "fn without a command shows its usage on stdout",
    args: ["fn"],
    code: 0,
    stdout: /^Usage:\n {2}kpt fn \[flags\]/,
    stderr: nothing,
  },
  { name: "groups have aliases", args: ["package", "tree", "-h"], code: 0, stdout: /kpt pkg tree \[DIR\]/ },
  {
    name: "an unknown group is answered with the closest one",
    args: ["pkgs"],
    code: 1,
    stdout: nothing,
    stderr: 'error: unknown command "pkgs" for "kpt"\n\nDid you mean this?\n\tpkg\n',
  },
  {
    name: "an unknown command of a group is an error, too",
    args: ["pkg", "tre"],
    code: 1,
    stdout: nothing,
    stderr: 'error: unknown command "tre" for "kpt pkg"\n\nDid you mean this?\n\ttree\n',
  },
  {
    name: "nothing is guessed where nothing is close",
    args: ["bogus"],
    code: 1,
    stderr: 'error: unknown command "bogus" for "kpt"\n',
  },
  {
    name: "an unknown flag is answered with the closest one",
    args: ["version", "--shrot"],
    code: 1,
    stderr: "error: unknown flag: --shrot\n\nDid you mean this?\n\t--short\n",
  },
  {
    name: "an unknown flag of the program",
    args: ["--bogus"],
    code: 1,
    stderr: "error: unknown flag: --bogus\n",
  },
  {
    name: "flags of the program may stand before the command",
    args: ["--truncate-output=false", "-v", "4", "version", "--short"],
    code: 0,
    stdout: /^v\d+\.\d+\.\d+/,
  },
  {
    name: "version tells the version and the commit",
    args: ["version"],
    code: 0,
    stdout: /^Version: v\d+\.\d+\.\d+\S*\nGit commit: (unknown|[0-9a-f]{40}( \(dirty\))?)\n$/,
    stderr: nothing,
  },
  {
    name: "help shows the page of a command",
    args: ["help", "pkg", "tree"],
    code: 0,
    stdout:
      /^Displays resources, files and packages in a tree structure\.\n(?:.*\n)*Usage:\n {2}kpt pkg tree \[DIR\] \[flags\]\n/,
  },
  {
    name: "help knows no page of an unknown command",
    args: ["help", "pkg", "bogus"],
    code: 1,
    stderr: 'error: unknown command "bogus" for "kpt pkg"\n',
  },
  {
    name: "too many arguments",
    args: ["pkg", "tree", "a", "b"],
    code: 1,
    stderr: "error: accepts at most 1 arg(s), received 2\n",
  },
  {
    name: "control characters of an argument never reach the terminal",
    args: ["pkg", "tree", "a\u001b[31mred"],
    code: 1,
    stderr: "error: lstat a\\u001b[31mred: no such file or directory\n",
  },
  {
    name: "--stack-trace shows where an error comes from",
    args: ["--stack-trace", "pkg", "tree", "missing"],
    code: 1,
    stderr: /lstat missing: no such file or directory\n\s+at /,
  },
];

function check(ended: Ended, expected: Case): void {
  for (const stream of ["stderr", "stdout"] as const) {
    const wanted = expected[stream];
    if (typeof wanted === "string") assert.equal(ended[stream], wanted);
    else if (wanted !== undefined) assert.match(ended[stream], wanted);
  }
  assert.equal(ended.code, expected.code);
}

for (const each of cases) test(each.name, async () => check(await kpt(each.args), each));

test("a reader that goes away ends the program quietly", async () => {
  const ended = await kpt(["--help"], { meanwhile: child => child.stdout?.destroy() });
  assert.deepEqual([ended.code, ended.stderr], [141, ""]);
});
