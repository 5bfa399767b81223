import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { configMap, kptfile, Workspace } from "./workspace.ts";

const image = "example.com/fns/x:v1";
const files = { "pkg/x.yaml": configMap("x") };

/** A stand-in for an engine: `version` and `run` are shell text. */
const engine = (version: string, run = "cat") =>
  `#!/bin/sh\necho "$@" >> calls\ncase "$1" in\nversion) ${version} ;;\nrun) ${run} ;;\nesac\n`;

async function evaluate(name: string, script: string, t: TestContext, ...more: string[]) {
  const work = new Workspace(t, { ...files, [`bin/${name}`]: script });
  const env = { KRM_FN_RUNTIME: name, PATH: `${work.root}/bin:/usr/bin:/bin` };
  const ran = await work.kpt(["fn", "eval", "pkg", "-i", image, ...more], { env });
  assert.equal(work.read("pkg/x.yaml"), files["pkg/x.yaml"]);
  return { ...ran, calls: () => work.read("calls") };
}

for (const { name, says, script } of [
  { name: "docker", script: engine("exit 1"), says: /^error: exit status 1\ndocker must be running/m },
  { name: "podman", script: engine("exit 125"), says: /^error: exit status 125\npodman must be installed/m },
  { name: "nerdctl", script: engine("exit 1"), says: /^error: exit status 1\nnerdctl must be installed/m },
  { name: "docker", script: engine("echo 19.03.1"), says: /must be v20\.10\.0 or greater: found 19\.03\.1/ },
  { name: "docker", script: engine("echo hello"), says: /or greater: found invalid version hello/ },
  { name: "docker", script: engine("kill -9 $$"), says: /^error: signal: killed\ndocker must be running/m },
]) {
  test(`${name} of no use is explained: ${String(says)}`, async t => {
    const { code, stderr, stdout, calls } = await evaluate(name, script, t);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
    assert.equal(stdout, "");
    assert.doesNotMatch(calls(), /^run/m);
  });
}

for (const [policy, argument] of [
  ["Always", "always"],
  ["ifnotpresent", "missing"],
  ["Never", "never"],
] as const) {
  test(`an image is pulled ${argument} for the policy ${policy}`, async t => {
    const script = engine("echo 24.0.0");
    const { code, stderr, calls } = await evaluate("docker", script, t, "--image-pull-policy", policy);
    assert.equal(code, 0, stderr);
    const flags = `--network none --user nobody --security-opt=no-new-privileges --pull ${argument}`;
    assert.equal(calls().split("\n")[1], `run --rm -i ${flags} ${image}`);
  });
}

test("the first engine on the PATH is used, and one that is none is refused", async t => {
  const work = new Workspace(t, { ...files, "bin/podman": engine("true"), "bin/nerdctl": engine("true") });
  const args = ["fn", "eval", "pkg", "-i", image];
  const path = `${work.root}/bin`;
  const { code, stderr } = await work.kpt(args, { env: { PATH: path } });
  // The stand-in has no cat to run, which is how far it has to come.
  assert.equal(code, 1, stderr);
  assert.match(work.read("calls"), /^version\nrun /);
  const other = await work.kpt(args, { env: { KRM_FN_RUNTIME: "other" } });
  assert.match(
    other.stderr,
    /unsupported runtime: "other" the runtime must be one of \[docker podman nerdctl\]/,
  );
});

test("a range takes the highest version that the engine has, without asking a registry", async t => {
  const script = engine("echo 24.0.0").replace(
    "esac",
    "image) printf 'v1.2.0\\nv1.10.0\\nlatest\\nv2.0.0\\n' ;;\nesac",
  );
  const { code, stderr, calls } = await evaluate("docker", script, t, "--tag", "^1.0");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /\[PASS\] "example\.com\/fns\/x:v1\.10\.0"/);
  assert.match(calls(), /^image ls --filter reference=example\.com\/fns\/x --format \{\{ \.Tag \}\}$/m);
});

for (const named of [
  `ghcr.io/kptdev/krm-functions-catalog/set-labels@sha256:${"0".repeat(64)}`,
  "example.com/set-labels:v1",
]) {
  test(`eval lets no built-in stand for ${named.slice(0, 60)}`, async t => {
    const work = new Workspace(t, { ...files, "bin/docker": engine("echo 24.0.0", "exit 7") });
    const env = { KRM_FN_RUNTIME: "docker", PATH: `${work.root}/bin:/usr/bin:/bin` };
    const ran = await work.kpt(["fn", "eval", "pkg", "-i", named, "--", "a=b"], { env });
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /Exit code: 7/);
    const forced = await work.kpt(
      ["fn", "eval", "pkg", "-i", named, "--fn-runtime", "builtin", "--", "a=b"],
      { env },
    );
    assert.equal(forced.code, 1);
    assert.match(forced.stderr, /no built-in function stands for image/);
    assert.deepEqual(work.read("pkg/x.yaml"), files["pkg/x.yaml"]);
  });
}

const pipelines: { name: string; pipeline: string; says: RegExp }[] = [
  {
    name: "image and exec",
    pipeline: "mutators: [{image: a, exec: b}]",
    says: /must not specify both `image` and `exec`/,
  },
  {
    name: "neither of them",
    pipeline: "validators: [{name: x}]",
    says: /pipeline\.validators\[0\]`\nReason: must specify a functon/,
  },
  { name: "a scalar", pipeline: "5", says: /Kptfile at "[^"]*" can't be read/ },
  { name: "a mapping of mutators", pipeline: "mutators: {a: b}", says: /can't be read/ },
  { name: "an image that is a list", pipeline: "mutators: [{image: [a]}]", says: /can't be read/ },
  {
    name: "a configMap of lists",
    pipeline: "mutators: [{image: a, configMap: {a: [b]}}]",
    says: /can't be read/,
  },
  { name: "unknown fields", pipeline: "mutators: [{imagee: a}]", says: /can't be read/ },
  {
    name: "two configs",
    pipeline: "mutators: [{image: a, configMap: {a: b}, configPath: x.yaml}]",
    says: /must not specify both `configMap` and `configPath`/,
  },
  {
    name: "a config path outside",
    pipeline: "mutators: [{image: a, configPath: ../x.yaml}]",
    says: /path must not be outside the package/,
  },
];

for (const { name, pipeline, says } of pipelines) {
  test(`a pipeline with ${name} is refused before anything runs`, async t => {
    const work = new Workspace(t, {
      ...files,
      "pkg/Kptfile": `${kptfile()}pipeline: {${pipeline}}\n`.replace("{5}", "5"),
    });
    const before = work.all();
    const { code, stderr, stdout } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.equal(stdout, "");
    assert.equal(work.read("pkg/x.yaml"), before["pkg/x.yaml"]);
  });
}

test("10,000 steps are taken", async t => {
  const step = "  - image: set-labels\n    configMap: {a: b}\n";
  const work = new Workspace(t, {
    ...files,
    "pkg/Kptfile": `${kptfile()}pipeline:\n  mutators:\n${step.repeat(10_000)}`,
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg"]);
  assert.equal(code, 0, stderr.slice(-500));
  assert.match(stderr, /Successfully executed 10000 function\(s\) in 1 package\(s\)\.\n$/);
  assert.match(work.read("pkg/x.yaml"), / {2}labels:\n {4}a: b\n/);
});
