import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, kptfile, Workspace } from "./workspace.ts";

const ugly = `# header

apiVersion:   v1
kind: ConfigMap # remark
metadata: {name: ugly,   labels: {b: "2"}}
data:
    multi: "first
      second"
    folded: >
      a
      b
`;

test("a function that changes nothing changes no byte", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("cat"),
    "pkg/ugly.yaml": ugly,
    "pkg/crlf.yaml": configMap("crlf").replaceAll("\n", "\r\n"),
    "pkg/one.json": '{"kind":"X","apiVersion":"v1","metadata":{"name":"x"}}',
  });
  const before = work.all();
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0, stderr);
  const after = work.all();
  for (const path of ["pkg/ugly.yaml", "pkg/crlf.yaml", "pkg/one.json"])
    assert.equal(after[path], before[path]);
  assert.equal(
    after["pkg/Kptfile"],
    `${before["pkg/Kptfile"]}status:
  conditions:
    - type: Rendered
      status: "True"
      reason: RenderSuccess
  renderStatus:
    mutationSteps:
      - exec: cat
        exitCode: 0
`,
  );
});

test("a second render changes nothing at all", async t => {
  const work = new Workspace(t, { "pkg/Kptfile": kptfile("cat"), "pkg/ugly.yaml": ugly });
  await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  const once = work.all();
  await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.deepEqual(work.all(), once);
});

test("what is edited is edited in place", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("sed s/remarkable/changed/"),
    "pkg/ugly.yaml": ugly.replace('"2"', '"remarkable"'),
  });
  const { code } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0);
  assert.equal(work.read("pkg/ugly.yaml"), ugly.replace('"2"', '"changed"'));
});

test("what is no resource passes with one warning per file", async t => {
  const values = "replicas: 3\n---\nimage: x\n";
  const template = "a: {{ .Values.x }}\n{{- if true }}\nb\n{{ end }}\n";
  const list =
    "apiVersion: v1\nkind: ConfigMapList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n";
  const generated = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: job-\n";
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("cat"),
    "pkg/values.yaml": values,
    "pkg/template.yaml": template,
    "pkg/list.yaml": list,
    "pkg/job.yaml": generated,
    "pkg/x.yaml": configMap("x"),
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0, stderr);
  for (const file of ["values.yaml", "template.yaml", "list.yaml", "job.yaml"]) {
    assert.equal(stderr.split(`[WARN] ${file}: `).length, 2, file);
  }
  assert.match(stderr, /\.krmignore/);
  assert.equal(work.read("pkg/values.yaml"), values);
  assert.equal(work.read("pkg/template.yaml"), template);
  assert.equal(work.read("pkg/list.yaml"), list);
  assert.equal(work.read("pkg/job.yaml"), generated);
});

test("catalog functions run in this process under the name of their image", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": `${kptfile()}pipeline:\n  mutators:\n    - image: set-labels:latest\n      configMap:\n        tier: web\n`,
    "pkg/x.yaml": configMap("x"),
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg"], { env: { PATH: "" } });
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^Package "pkg":\n\[RUNNING\] "ghcr.io\/kptdev\/krm-functions-catalog\/set-labels:latest" on package "pkg"\n\[PASS\]/,
  );
  assert.match(work.read("pkg/x.yaml"), / {2}labels:\n {4}tier: web\n/);
});

test("a digest or a foreign registry asks for a container, and says what is missing", async t => {
  for (const image of [`gcr.io/kpt-fn/set-labels@sha256:${"0".repeat(64)}`, "example.com/set-labels:v1"]) {
    const work = new Workspace(t, {
      "pkg/Kptfile": `${kptfile()}pipeline:\n  mutators:\n    - image: ${image}\n`,
    });
    const { code, stderr } = await work.kpt(["fn", "render", "pkg"], { env: { PATH: "" } });
    assert.equal(code, 1);
    assert.match(stderr, /exec: "docker": executable file not found in \$PATH\ndocker must be running/);
  }
});

test("a step whose condition is false is left out", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": `${kptfile()}pipeline:
  mutators:
    - exec: "false"
      condition: resources.exists(r, r.kind == 'Secret')
    - exec: sed s/v$/w/
      condition: resources.exists(r, r.kind == 'ConfigMap' && r.metadata.name == 'x')
`,
    "pkg/x.yaml": configMap("x"),
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /\[SKIPPED\] "false" on package "pkg"/);
  assert.match(work.read("pkg/x.yaml"), /k: w/);
});

test("--explain names the fields and hides what Secrets hold", async t => {
  const secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  k: before\n";
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("sed -e s/before/after/ -e 's/k: v/k: w/'"),
    "pkg/s.yaml": secret,
    "pkg/x.yaml": configMap("x"),
  });
  const { stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec", "--explain"]);
  assert.match(stderr, /ConfigMap\/x \(x\.yaml\) data\.k\n {6}- "v"\n {6}\+ "w"\n/);
  assert.match(stderr, /Secret\/s \(s\.yaml\) stringData\.k\n {6}- \*\*\*\n/);
  assert.ok(!stderr.includes('"after"'));
});

test("--output json tells machines what happened", async t => {
  const work = new Workspace(t, { "pkg/Kptfile": kptfile("cat", "false"), "pkg/x.yaml": configMap("x") });
  const { code, stdout } = await work.kpt(["fn", "render", "pkg", "--allow-exec", "-ojson"]);
  assert.equal(code, 1);
  const report = JSON.parse(stdout);
  assert.equal(report.succeeded, false);
  assert.deepEqual(
    report.steps.map((step: { function: string; outcome: string }) => [step.function, step.outcome]),
    [
      ["cat", "passed"],
      ["false", "failed"],
    ],
  );
});

test("many results alike are folded unless all are asked for", async t => {
  const results = Array.from({ length: 1000 }, (_, i) => `- message: set "x${i}"\n`).join("");
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("./fn"),
    "pkg/x.yaml": configMap("x"),
    fn: `#!/bin/sh\ncat\ncat <<'END'\nresults:\n${results}END\n`,
  });
  const folded = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.match(folded.stderr, /\n {4}… and 987 more like this\n/);
  const whole = await work.kpt(["fn", "render", "pkg", "--allow-exec", "--truncate-output=false"]);
  assert.match(whole.stderr, /set "x999"/);
});

test("a file that can't be read is told with its package, before any function runs", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("cat"),
    "pkg/a/Kptfile": kptfile("cat"),
    "pkg/a/broken.yaml": "a: [b\n",
    "pkg/b/Kptfile": kptfile("cat"),
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 1);
  assert.match(stderr, /^Error: \S+\/pkg\/a\/broken\.yaml: MalformedYAMLError: .* \n$/);
  assert.match(work.read("pkg/Kptfile"), /message: 'pkg\.render: pkg pkg\/a: \.\/a\/broken\.yaml: Malformed/);
});

test("a long value of a Kptfile is not echoed whole", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("cat").replace(/exec: .*/, `image: ${"A ".repeat(40_000)}b`),
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg"]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^Reason: function image reference "A A .* … .*A b" is invalid: invalid reference format$/m,
  );
  assert.ok(stderr.length < 12_000, String(stderr.length));
});
