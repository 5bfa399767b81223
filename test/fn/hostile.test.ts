import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configMap, kptfile, Workspace } from "./workspace.ts";

const list = (items: string, rest = "") =>
  `#!/bin/sh\ncat > /dev/null\ncat <<'END'\napiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items}${rest}END\n`;

const item = (path: string, index = "0") => `- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: x
    annotations:
      internal.config.kubernetes.io/path: '${path}'
      internal.config.kubernetes.io/index: '${index}'
`;

/** Functions that go wrong: each must end in one clear error, and leave the package as it was. */
const cases: { name: string; script: string; says: RegExp }[] = [
  { name: "prints garbage", script: "#!/bin/sh\necho '{ not: [yaml'\n", says: /MalformedYAMLError|yaml/ },
  {
    name: "prints a scalar",
    script: "#!/bin/sh\necho hello\n",
    says: /expected MappingNode but got ScalarNode/,
  },
  {
    name: "prints bytes that are no text",
    script: "#!/bin/sh\nprintf '\\377\\376'\n",
    says: /not valid UTF-8/,
  },
  {
    name: "prints half a document",
    script: "#!/bin/sh\nhead -c 90\n",
    says: /MalformedYAMLError|must contain only KRM/,
  },
  {
    name: "fails",
    script: "#!/bin/sh\necho why >&2\nexit 3\n",
    says: /Stderr:\n {4}why\n {4}\n {2}Exit code: 3/,
  },
  { name: "dies by a signal", script: "#!/bin/sh\nkill -9 $$\n", says: /Exit code: -1/ },
  { name: "doesn't read its input", script: "#!/bin/sh\nexec <&-\nexit 4\n", says: /Exit code: 4/ },
  {
    name: "writes outside of the package",
    script: list(item("../../x.yaml")),
    says: /must not modify resources outside of package: resource has path \.\.\/\.\.\/x\.yaml/,
  },
  { name: "writes to git's folder", script: list(item(".git/hooks/pre-commit")), says: /files of git/ },
  {
    name: "writes to git's folder in another case",
    script: list(item("a/../.GIT/config")),
    says: /files of git/,
  },
  {
    name: "puts two resources at one place",
    script: list(item("a.yaml") + item("./a.yaml")),
    says: /already exists/,
  },
  { name: "writes to a folder", script: list(item("sub")), says: /is a directory/ },
  {
    name: "writes through a file as if it were a folder",
    script: list(item("x.yaml/y.yaml")),
    says: /not a directory/,
  },
  {
    name: "returns something without a kind",
    script: list("- apiVersion: v1\n  metadata: {name: x}\n"),
    says: /output resource list must contain only KRM resources: .*`kind`/,
  },
  {
    name: "returns results of the wrong type",
    script: list(item("x.yaml"), "results: text\n"),
    says: /results/,
  },
  { name: "prints nothing", script: "#!/bin/sh\ncat > /dev/null\n", says: /wrote no output/ },
  {
    name: "writes to a name that is too long",
    script: list(item(`${"a".repeat(300)}.yaml`)),
    says: /file name too long/,
  },
  { name: "doesn't exist", script: "", says: /no such file or directory/ },
];

for (const { name, script, says } of cases) {
  test(`a function that ${name} changes nothing`, async t => {
    const work = new Workspace(t, {
      "pkg/Kptfile": kptfile("./fn"),
      "pkg/x.yaml": configMap("x"),
      "pkg/sub/y.yaml": configMap("y"),
    });
    if (script !== "") work.write("fn", script);
    const before = work.all();
    const { code, stderr, stdout } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
    assert.equal(stdout, "");
    const after = work.all();
    assert.equal(after["pkg/x.yaml"], before["pkg/x.yaml"]);
    assert.deepEqual(Object.keys(after), Object.keys(before));
  });
}

test("escape codes of functions don't reach the terminal", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("./fn"),
    "pkg/x.yaml": configMap("x"),
    fn: `#!/bin/sh\ncat\nprintf '\\033[31mred' >&2\nprintf 'results:\\n- message: "\\\\e[2J"\\n'\n`,
  });
  const { stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.ok(!stderr.includes("\x1b"));
});

test("a background child of a function is not waited for", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("./fn"),
    "pkg/x.yaml": configMap("x"),
    fn: "#!/bin/sh\ncat\nsleep 600 &\n",
  });
  const { code } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0);
});

test("an interrupted render ends its function and changes nothing", async t => {
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("./fn"),
    "pkg/x.yaml": configMap("x"),
    fn: "#!/bin/sh\ntouch started\nsleep 600\n",
  });
  const before = work.all();
  const stop = new AbortController();
  const running = work.kpt(["fn", "render", "pkg", "--allow-exec"], { signal: stop.signal });
  while (!existsSync(join(work.root, "started"))) await new Promise(resolve => setImmediate(resolve));
  stop.abort();
  const { code } = await running;
  assert.notEqual(code, 0);
  assert.deepEqual({ ...work.all(), started: undefined }, { ...before, started: undefined });
});

test("a program is not run unless the user allows it", async t => {
  const work = new Workspace(t, { "pkg/Kptfile": kptfile("touch pwned"), "pkg/x.yaml": configMap("x") });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg"]);
  assert.equal(code, 1);
  assert.match(stderr, /must run with `--allow-exec` option/);
  assert.ok(!existsSync(join(work.root, "pwned")));
  assert.match(
    work.read("pkg/Kptfile"),
    /^# licence\n[\s\S]*name: app # the name\n[\s\S]*reason: RenderFailed\n/,
  );
});

test("shell characters in a command mean nothing", async t => {
  const work = new Workspace(t, { "pkg/x.yaml": configMap("x") });
  await work.kpt(["fn", "eval", "pkg", "--exec", "cat; touch pwned && $(touch pwned) > pwned"]);
  assert.ok(!existsSync(join(work.root, "pwned")));
});

for (const [path, says] of [
  ["x.yaml/y", /not a directory/],
  ["a\\0b", /NUL/],
] as const) {
  test(`a configPath of ${path} is explained`, async t => {
    const work = new Workspace(t, {
      "pkg/Kptfile": `${kptfile()}pipeline:\n  mutators:\n    - image: set-labels\n      configPath: "${path}"\n`,
      "pkg/x.yaml": configMap("x"),
    });
    const { code, stderr } = await work.kpt(["fn", "render", "pkg"]);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /defect of kpt/);
  });
}

test("a device is no function config", async t => {
  const work = new Workspace(t, { "pkg/Kptfile": kptfile() });
  const { code, stderr } = await work.kpt([
    "fn",
    "eval",
    "pkg",
    "--image",
    "set-labels",
    "--fn-config",
    "/dev/zero",
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /\/dev\/zero: is a device/);
});
