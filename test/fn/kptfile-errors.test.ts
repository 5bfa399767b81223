import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, kptfile, Workspace } from "./workspace.ts";

const steps = (text: string) => `${kptfile()}pipeline:\n  mutators:\n${text}`;

/** Renders from above the package; what is told, and the message in the root's status. */
async function failed(work: Workspace): Promise<{ stderr: string; message: string }> {
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 1);
  const [, after = ""] = work.read("pkg/Kptfile").split(/message: (?:\|-?\n)?/);
  const message = after.split(/\n {2}renderStatus:/)[0] ?? "";
  return { stderr, message: message.replace(/^ {8}/gm, "").trimEnd() };
}

test("the status tells where in the hierarchy a Kptfile is broken", async t => {
  const cases: [kptfile: string, reason: string][] = [
    ["", "EOF"],
    [configMap("x"), 'unknown resource type "/v1, Kind=ConfigMap" found in Kptfile'],
    ["apiVersion: kpt.dev/v1alpha1\nkind: Kptfile\n", 'old resource version "v1alpha1" found in Kptfile'],
  ];
  for (const [text, reason] of cases) {
    for (const [root, above] of [
      [kptfile(), "pkg/s"],
      [kptfile().replace(/^metadata:/m, 'metadata:\n  annotations: {kpt.dev/bfs-rendering: "true"}'), "pkg"],
    ] as const) {
      const work = new Workspace(t, {
        "pkg/Kptfile": root,
        "pkg/s/Kptfile": kptfile(),
        "pkg/s/t/Kptfile": text,
      });
      const { message } = await failed(work);
      assert.equal(
        message,
        `pkg.render: pkg ${above}:\n\tpkg.Subpackages: pkg pkg/s/t: error reading Kptfile at "./s/t": ${reason}`,
      );
    }
  }
});

test("the status tells which function of which subpackage is declared wrongly", async t => {
  const broken = steps("    - image: a/b:v1\n      exec: cat\n");
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile(),
    "pkg/s/Kptfile": kptfile(),
    "pkg/s/t/Kptfile": broken,
  });
  const { message } = await failed(work);
  assert.match(
    message,
    /^pkg\.render: pkg pkg\/s:\n\tpkg pkg\/s\/t:\n\tpkg\.read: invalid pipeline: function "a\/b:v1": Kptfile is invalid:\n/,
  );
});

test("a functionConfig that belongs to a subpackage is told with the step's name or image", async t => {
  const sub = { "pkg/a/s/Kptfile": kptfile(), "pkg/a/s/x.yaml": configMap("x"), "pkg/Kptfile": kptfile() };
  const declared = "      configPath: s/x.yaml\n";
  for (const [step, name] of [
    ["    - exec: cat\n", ""],
    ["    - image: example.com/a/set-x:v1\n", "set-x"],
    ["    - exec: cat\n      name: mine\n", "mine"],
  ] as const) {
    const work = new Workspace(t, { ...sub, "pkg/a/Kptfile": steps(step + declared) });
    const { stderr, message } = await failed(work);
    assert.match(
      stderr,
      new RegExp(`^Reason: functionConfig resource for mutator "${name}" is missing`, "m"),
    );
    assert.match(message, /^pkg\.render: pkg pkg\/a:\n\tKptfile is invalid:\n/);
  }
});

test("an empty image, command or configPath counts as none", async t => {
  const none = await failed(new Workspace(t, { "pkg/Kptfile": steps('    - exec: ""\n      image: ""\n') }));
  assert.match(none.stderr, /^Reason: must specify a functon \(`image` or `exec`\) to execute$/m);
  const work = new Workspace(t, {
    "pkg/Kptfile": steps('    - exec: cat\n      image: ""\n      configPath: ""\n'),
  });
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0, stderr);
});

test("a functionConfig that can't be read says why", async t => {
  const cases: Record<string, RegExp> = {
    "a.yaml/x": /^Reason: failed to read functionConfig "a\.yaml": read \S+\/pkg\/a\.yaml: is a directory$/m,
    "a.yaml":
      /^Reason: failed to read functionConfig "a\.yaml": wrong node kind: expected MappingNode but got ScalarNode: node contents:\ntext\n/m,
  };
  for (const [file, expected] of Object.entries(cases)) {
    const work = new Workspace(t, {
      "pkg/Kptfile": steps("    - exec: cat\n      configPath: a.yaml\n"),
      [`pkg/${file}`]: "text\n",
    });
    assert.match((await failed(work)).stderr, expected);
  }
});

test("what goes wrong with a command ends as all errors of a render do", async t => {
  const quote = await failed(new Workspace(t, { "pkg/Kptfile": steps("    - exec: cat 'a\n") }));
  assert.match(quote.stderr, /^Error: exec command "cat 'a" must be valid: .* \n$/m);
  const scalar = await failed(new Workspace(t, { "pkg/Kptfile": steps("    - exec: echo hello\n") }));
  assert.match(scalar.stderr, /node contents:\nhello\n \n$/);
});

test("a result's message keeps its leading blanks, and no line ends in one", async t => {
  const results = '[{message: "  padded  "}, {field: {path: a.b}}]';
  const work = new Workspace(t, {
    "pkg/Kptfile": kptfile("./fn"),
    fn: `#!/bin/sh\ncat\necho 'results: ${results}'\n`,
  });
  const { stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.match(stderr, /\n {4}\[info\]: {3}padded\n {4}\[info\] a\.b:\n/);
});
