import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { configMap, kptfile, Workspace } from "./workspace.ts";

/** Functions that end only together: opening a named pipe waits for the one who opens its other side. */
const asks =
  "#!/bin/sh\necho ping >question\nread -r word <answer\ncat\necho 'results: [{message: asked}]'\n";
const answers =
  "#!/bin/sh\nread -r word <question\ncat\necho 'results: [{message: answered}]'\necho pong >answer\n";

test("functions of independent subpackages run together, and are told in the packages' order", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("cat"),
    "pkg/a/Kptfile": kptfile("./asks"),
    "pkg/a/x.yaml": configMap("a"),
    "pkg/b/Kptfile": kptfile("./answers"),
    "pkg/b/x.yaml": configMap("b"),
    asks,
    answers,
  });
  execFileSync("mkfifo", [join(work.root, "question"), join(work.root, "answer")]);
  const limit = ["--fn-timeout", "60s"];
  const { code, stderr } = await work.kpt([
    ...["fn", "render", "pkg", "--allow-exec", "--results-dir", "res"],
    ...limit,
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(
    stderr,
    `Package "pkg/a":
[RUNNING] "./asks" on package "pkg/a"
[PASS] "./asks" in 0s
  [Results]:
    [info]: asked

Package "pkg/b":
[RUNNING] "./answers" on package "pkg/b"
[PASS] "./answers" in 0s
  [Results]:
    [info]: answered

Package "pkg":
[RUNNING] "cat" on package "pkg"
[PASS] "cat" in 0s

Successfully executed 3 function(s) in 3 package(s).
For complete results, see res/results.yaml
`,
  );
  const order = (text: string) => text.match(/(?<=exec: ).*/g);
  assert.deepEqual(order(work.read("res/results.yaml")), ["./asks", "./answers", "cat"]);
  const [, status = ""] = work.read("pkg/Kptfile").split("renderStatus:");
  assert.deepEqual(order(status), ["./asks", "./answers", "cat"]);
});
