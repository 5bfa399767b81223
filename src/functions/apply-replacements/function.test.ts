import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../../sdk/testing.ts";
import { splitPath } from "./field-path.ts";
import { fn } from "./function.ts";

const input = `apiVersion: v1
kind: ConfigMap
metadata:
  name: source
data:
  image: "repo/nginx:1.2" # from
  port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {tier: front}
spec:
  template:
    spec:
      containers:
      - name: a
        image: old # a comment
        ports: [{containerPort: 1}]
      - name: b.c
        image: "old:x"
`;

async function run(replacements: string) {
  const config = `apiVersion: fn.kpt.dev/v1alpha1\nkind: ApplyReplacements\nmetadata: {name: c}\nreplacements:\n${replacements}`;
  const { files, results, failed } = await runOnFiles(fn, { "f.yaml": input }, { config });
  return { text: files.get("f.yaml") ?? "", said: results.map(each => each.message), failed: failed?.stderr };
}

const image = "- source: {kind: ConfigMap, name: source, fieldPath: data.image}\n";

test("paths are divided as kustomize divides them", () => {
  assert.deepEqual(splitPath("a.b\\.c.[d.e/f].[name=g.h].0.*"), [
    "a",
    "b.c",
    "d.e/f",
    "[name=g.h]",
    "0",
    "*",
  ]);
});

test("scalars keep their quotes and comments", async () => {
  const { text, said } = await run(
    `${image}  targets:\n  - select: {kind: Dep.*}\n    fieldPaths: ["spec.template.spec.containers.*.image"]\n`,
  );
  assert.match(text, /image: repo\/nginx:1\.2 # a comment\n/);
  assert.match(text, /image: "repo\/nginx:1\.2"\n/);
  assert.deepEqual(said, []);
});

test("elements are found by key, pieces by delimiter", async () => {
  const { text } = await run(
    `- source: {kind: ConfigMap, fieldPath: data.image, options: {delimiter: ":", index: 1}}\n  targets:\n  - select: {name: web}\n    fieldPaths: ["spec.template.spec.containers.[name=b.c].image"]\n    options: {delimiter: ":", index: 1}\n`,
  );
  assert.match(text, /image: "old:1\.2"\n/);
  assert.match(text, /image: old # a comment\n/);
});

test("fields are made where asked for", async () => {
  const { text } = await run(
    `- source: {kind: ConfigMap, fieldPath: data.port}\n  targets:\n  - select: {labelSelector: "tier in (front)"}\n    fieldPaths: ["spec.template.spec.nodes.[name=node].port"]\n    options: {create: true}\n`,
  );
  assert.match(text, / {6}nodes:\n {6}- name: node\n {8}port: 80\n/);
});

test("rejected targets are left alone", async () => {
  const { text } = await run(
    `${image}  targets:\n  - select: {kind: Deployment}\n    reject: [{name: w.b}]\n    fieldPaths: [spec.x]\n`,
  );
  assert.equal(text, input);
});

test("what cannot be done is said in kustomize's words", async () => {
  const cases = [
    [`${image}  targets: []\n`, "replacements must specify a source and at least one target"],
    [`${image}  targets: [{fieldPaths: [a]}]\n`, "target must specify resources to select"],
    [
      `${image}  targets: [{select: {name: web}, fieldPaths: [spec.no]}]\n`,
      'unable to find field "spec.no" in replacement target',
    ],
    [
      "- source: {kind: Secret}\n  targets: [{select: {name: web}}]\n",
      "nothing selected by Secret.[noVer].[noGrp]/[noName].[noNs]",
    ],
    [
      "- source: {version: v1}\n  targets: [{select: {name: web}}]\n",
      "multiple matches for selector [noKind].v1.[noGrp]/[noName].[noNs]",
    ],
  ] as const;
  for (const [replacements, message] of cases) {
    const { said, failed } = await run(replacements);
    assert.deepEqual(said, [message]);
    assert.equal(failed, "failed to evaluate function: error: function failure");
  }
});
