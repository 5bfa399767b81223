import assert from "node:assert/strict";
import { test } from "node:test";
import { newKptfile, parseKptfile } from "./kptfile.ts";

const head = "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: app\n";

const refused: readonly [says: string, text: string, message: string | RegExp][] = [
  [
    "first version",
    "apiVersion: kpt.dev/v1alpha1\nkind: Kptfile\n",
    'Kptfile at "P" has an old version ("v1alpha1") of the Kptfile schema.\n' +
      "Please update the package to the latest format by following https://kpt.dev/installation/migration.",
  ],
  [
    "second version",
    "apiVersion: kpt.dev/v1alpha2\nkind: Kptfile\n",
    'Kptfile at "P" has an old version ("v1alpha2") of the Kptfile schema.\n' +
      'Please run "kpt fn eval <PKG_PATH> -i ghcr.io/kptdev/krm-functions-catalog/fix:latest ' +
      '--include-meta-resources" to upgrade the package and retry.',
  ],
  [
    "another kind",
    "apiVersion: kpt.dev/v1\nkind: Other\n",
    'Kptfile at "P" has an unknown resource type ("kpt.dev/v1, Kind=Other").',
  ],
  [
    "an unknown field",
    `${head}pipelne: {}\n`,
    'Kptfile at "P" can\'t be read.\n\nDetails:\nyaml: unmarshal errors:\n' +
      "  line 5: field pipelne not found in type v1.KptFile",
  ],
  [
    "an unknown field of the metadata",
    `${head}  creationTimestamp: null\n`,
    /line 5: field creationTimestamp not found/,
  ],
  ["a name that objects inherit", `${head}constructor: {}\n`, /line 5: field constructor not found/],
  [
    "a wrong type",
    `${head}info:\n  emails: me@example.com\n`,
    /line 6: cannot unmarshal !!str `me@exam\.\.\.` into \[\]string/,
  ],
  ["a list for text", `${head}upstream:\n  type: [git]\n`, /line 6: cannot unmarshal !!seq into string/],
  ["a text for an object", `${head}pipeline: x\n`, /line 5: cannot unmarshal !!str `x` into v1\.Pipeline/],
  ["a key twice", `${head}info: {}\ninfo: {}\n`, /"?info"?.*already|duplicate/i],
  ["two documents", `${head}---\n${head}`, /must hold one document, this one holds 2/],
  ["an empty file", "", /can't be read/],
  ["only comments", "# nothing\n", /can't be read/],
  ["a list", "- a\n", /must be a map/],
  ["broken YAML", "a: [\n", /can't be read\.\n\nDetails:\nyaml: /],
];

for (const [says, text, message] of refused) {
  test(`a Kptfile with ${says} is refused`, () => {
    assert.throws(() => parseKptfile(text, "P"), { message });
  });
}

test("text that isn't UTF-8 is refused", () => {
  assert.throws(() => parseKptfile(Buffer.from([0x61, 0xff]), "P"), /invalid UTF-8/);
});

const full = `# our package
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: app # a name
  annotations:
    n: 1
upstream:
  type: git
  git: # where from
    repo: https://host/r
    directory: /app
    ref: v1
  updateStrategy: resource-merge
pipeline:
  mutators:
    - image: set-labels:v0.1.5 # pinned
      configMap:
        replicas: 3
        on: "yes"
      selectors:
        - kind: Deployment
          labels: {app: web}
`;

test("fields are read as typed values", () => {
  const kptfile = parseKptfile(full, "P");
  assert.equal(kptfile.name, "app");
  assert.deepEqual(kptfile.upstream, {
    type: "git",
    git: { repo: "https://host/r", directory: "/app", ref: "v1" },
    updateStrategy: "resource-merge",
  });
  assert.equal(kptfile.upstreamLock, undefined);
  const [fn] = kptfile.functions("mutators");
  assert.equal(fn?.image, "set-labels:v0.1.5");
  assert.deepEqual(
    fn?.configMap,
    new Map([
      ["replicas", "3"],
      ["on", "yes"],
    ]),
  );
  assert.equal(fn?.field, "pipeline.mutators[0]");
  assert.equal(fn?.selectors[0]?.kind, "Deployment");
  assert.deepEqual(fn?.selectors[0]?.labels, new Map([["app", "web"]]));
  assert.deepEqual(kptfile.functions("validators"), []);
});

test("an edit changes its lines and no others", () => {
  const kptfile = parseKptfile(full, "P");
  const git = { repo: "https://host/r", directory: "/app", ref: "v2" };
  kptfile.upstream = { type: "git", git, updateStrategy: "resource-merge" };
  kptfile.upstreamLock = { type: "git", git: { ...git, ref: "app/v2", commit: "abc" } };
  assert.equal(
    kptfile.toString(),
    full.replace("ref: v1", "ref: v2").replace(
      "pipeline:\n",
      `upstreamLock:
  type: git
  git:
    repo: https://host/r
    directory: /app
    ref: app/v2
    commit: abc
pipeline:
`,
    ),
  );
});

test("setting what is there already changes nothing", () => {
  const kptfile = parseKptfile(full, "P");
  const { name, upstream } = kptfile;
  kptfile.upstream = upstream;
  kptfile.name = name;
  assert.equal(kptfile.toString(), full);
});

test("conditions and render status go to the end, in the wide style", () => {
  const kptfile = parseKptfile(head, "P");
  kptfile.setCondition({ type: "Other", status: "True" });
  kptfile.setCondition({ type: "Rendered", status: "False", reason: "RenderFailed", message: "a\n\tb" });
  kptfile.setCondition({ type: "Rendered", status: "True", reason: "RenderSuccess" });
  kptfile.setRenderStatus({ mutationSteps: [{ image: "x:v1", exitCode: 0 }] });
  const rendered = `${head}status:
  conditions:
    - type: Other
      status: "True"
    - type: Rendered
      status: "True"
      reason: RenderSuccess
  renderStatus:
    mutationSteps:
      - image: x:v1
        exitCode: 0
`;
  assert.equal(kptfile.toString(), rendered);
  kptfile.setRenderStatus(undefined);
  kptfile.removeCondition("Rendered");
  kptfile.removeCondition("Other");
  assert.equal(kptfile.toString(), head);
});

test("functions are appended in the style of the list, or a new list is made", () => {
  const kptfile = parseKptfile(full, "P");
  kptfile.addFunction("mutators", { image: "b:v1", configMap: { a: "1" } });
  kptfile.addFunction("validators", { exec: "./check.sh" });
  assert.equal(
    kptfile.toString(),
    `${full}    - image: b:v1
      configMap:
        a: "1"
  validators:
    - exec: ./check.sh
`,
  );
});

test("a new Kptfile has a name that stays text", () => {
  assert.equal(newKptfile("on", "P").toString(), head.replace("name: app", 'name: "on"'));
});
