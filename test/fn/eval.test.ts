import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, Workspace } from "./workspace.ts";

const files = { "pkg/x.yaml": configMap("x") };

test("what only containers heed is told where a function runs in this process", async t => {
  const work = new Workspace(t, files);
  const args = ["fn", "eval", "pkg", "-i", "set-labels", "--fn-runtime", "builtin"];
  const given = ["--env", "A=b", "--mount", "type=bind,src=/tmp,dst=/x", "--network", "--as-current-user"];
  const { code, stderr } = await work.kpt([...args, ...given, "--", "tier=web"]);
  assert.equal(code, 0, stderr);
  const warnings = stderr.split("\n").filter(line => line.startsWith("[WARN]"));
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? "",
    /--as-current-user, --env, --mount, --network: no effect on \S+\/set-labels/,
  );
  assert.match(work.read("pkg/x.yaml"), /tier: web/);
  const quiet = await work.kpt([...args, "--", "tier=web"]);
  assert.doesNotMatch(quiet.stderr, /WARN/);
});

test("a result is one line, whatever names it holds", async t => {
  const result =
    '{message: "a\\nb", resourceRef: {kind: K, name: "n\\n[PASS] fake"}, field: {path: "p\\r\\nq"}}';
  const work = new Workspace(t, { ...files, fn: `#!/bin/sh\ncat\necho 'results: [${result}]'\n` });
  const { code, stderr } = await work.kpt(["fn", "eval", "pkg", "--exec", "./fn"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^ {4}\[info\] K\/n \[PASS\] fake p q: a b$/m);
});

test("--explain hides a Secret that a function turns into something else, and kubectl's copy of it", async t => {
  const secret = `apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: before
stringData:
  k: before
`;
  const work = new Workspace(t, { "pkg/s.yaml": secret });
  const command = "sed -e s/before/after/ -e s/Secret/ConfigMap/ -e s/stringData/data/";
  const { code, stderr } = await work.kpt(["fn", "eval", "pkg", "--exec", command, "--explain"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, / kind\n {6}- "Secret"\n {6}\+ "ConfigMap"\n/);
  assert.match(stderr, / data\n {6}\+ \*\*\*\n/);
  assert.doesNotMatch(stderr.replaceAll(command, ""), /before|after/);
});

test("a function that hangs is ended after --fn-timeout", async t => {
  const work = new Workspace(t, { ...files, fn: "#!/bin/sh\necho begun >&2\nexec sleep 600\n" });
  const { code, stderr } = await work.kpt(["fn", "eval", "pkg", "--exec", "./fn", "--fn-timeout", "1s"]);
  assert.equal(code, 1);
  assert.match(stderr, /begun\n {4}stopped after 1 s\n/);
  const wrong = await work.kpt(["fn", "eval", "pkg", "--exec", "./fn", "--fn-timeout=-1s"]);
  assert.equal(wrong.stderr, "error: --fn-timeout must not be negative\n");
});

test("a function that is saved again keeps its place, the order of its fields and their comments", async t => {
  const kept = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: app
pipeline:
  mutators:
    # first
    - exec: cat # why
      selectors:
        - name: x
`;
  const other = "    - exec: other\n";
  const work = new Workspace(t, { ...files, "pkg/Kptfile": `${kept}      name: old\n${other}` });
  const args = [
    "fn",
    "eval",
    "pkg",
    "--exec",
    "cat",
    "--match-name",
    "x",
    "-s",
    "-t",
    "mutator",
    "--",
    "a=b",
  ];
  const { code, stderr } = await work.kpt(args);
  assert.equal(code, 0, stderr);
  assert.equal(work.read("pkg/Kptfile"), `${kept}      configMap:\n        a: b\n${other}`);
});
