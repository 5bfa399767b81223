import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { functionNames, loadDoc } from "../../src/functions/index.ts";
import { Workspace } from "./workspace.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The list as the build makes it; scripts are no part of the typed sources. */
async function registryText(folder: string): Promise<string> {
  const { registryText }: { registryText(folder: string): string } = await import(
    join(root, "scripts/registry.mjs")
  );
  return registryText(folder);
}

test("a function is a folder: the list of functions is made from the folders", async t => {
  const sources = join(root, "src/functions");
  assert.equal(readFileSync(join(sources, "registry.ts"), "utf8"), await registryText(sources));
  const folders = readdirSync(sources, { withFileTypes: true }).filter(entry => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), [...functionNames]);

  const folder = mkdtempSync(join(tmpdir(), "kpt-functions-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["one", "set-two", "no-function"]) mkdirSync(join(folder, name));
  for (const name of ["one", "set-two"]) writeFileSync(join(folder, name, "function.ts"), "");
  const text = await registryText(folder);
  assert.match(text, /^ {2}one: \(\) => import\("\.\/one\/function\.ts"\),$/m);
  assert.match(text, /^ {2}"set-two": \(\) => import\("\.\/set-two\/doc\.ts"\),$/m);
  assert.doesNotMatch(text, /no-function/);
});

test("fn doc tells of every built-in function what it does, without a container engine", async t => {
  const work = new Workspace(t, {});
  for (const name of functionNames) {
    const doc = await loadDoc(name);
    assert.ok(doc);
    for (const line of doc.long.split("\n")) assert.ok(line.length <= 110, line);
    assert.match(doc.source, /^https:\/\/github\.com\/kptdev\/krm-functions-catalog\//);
  }
  const { code, stdout } = await work.kpt(["fn", "doc", "--image", "set-namespace:v0.4.1"]);
  assert.equal(code, 0);
  assert.match(stdout, /^set-namespace: Puts all resources into a namespace\.\n/);
  assert.match(stdout, /\n {2}data\.namespace +the new namespace/);
  assert.match(stdout, /\n {2}kpt fn eval --image set-namespace:/);
  assert.match(stdout, /v0\.4\.1/);
  const alias = await work.kpt(["fn", "doc", "-i", "gcr.io/kpt-fn/set-label:v0.1"]);
  assert.match(alias.stdout, /^set-label: /);
});

test("a version range picks from the published versions that a function's documentation names", async t => {
  const work = new Workspace(t, {
    "x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
  });
  const { stderr } = await work.kpt(["fn", "eval", ".", "-i", "set-labels", "--tag", "~0.2.1", "--", "a=b"]);
  assert.match(stderr, /set-labels:v0\.2\.5/);
});

test("a function's words stay its own; the file that is to blame is named beside them", async t => {
  const work = new Workspace(t, {
    "good.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
    "bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y, labels: {a: 1}}\n",
  });
  const { code, stderr } = await work.kpt([
    ...["fn", "eval", ".", "-i", "set-labels:v0.2.5", "--results-dir", "out"],
    ...["--", "a=b"],
  ]);
  assert.equal(code, 1);
  const message =
    'Resource(apiVersion=, kind=ConfigMap) has unmatched field type "string" in fieldpath .metadata.labels.a';
  assert.ok(stderr.includes(`    [error]: ${message}\n`), stderr);
  assert.match(stderr, /^ {2}In: bad\.yaml$/m);
  const stored = work.read("out/results.yaml");
  assert.ok(stored.includes(message));
  assert.doesNotMatch(stored, /bad\.yaml/);
});
