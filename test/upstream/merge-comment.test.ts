import assert from "node:assert/strict";
import { test } from "node:test";
import { Resource } from "../../src/core/resource.ts";
import { parseYaml } from "../../src/core/yaml/parse.ts";
import {
  addBlueprint,
  addMergeComment,
  mergeCommentInsertions,
  readMergeComment,
} from "../../src/package/merge-comment.ts";
import { type Insertion, insertAll } from "../../src/package/quick-mark.ts";
import { corpus } from "../yaml/corpus.ts";

function marked(text: string, mark: (resource: Resource) => boolean = addMergeComment): string {
  const file = parseYaml(text);
  for (const { root } of file.documents) if (root?.kind === "map") mark(new Resource(root));
  return file.toString();
}

const identifier = "internal.kpt.dev/upstream-identifier";

const rows: readonly [says: string, before: string, after: string][] = [
  [
    "a resource gets comment and annotation",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec: {}\n",
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: # kpt-merge: /web\n  name: web\n  annotations:\n    ${identifier}: 'apps|Deployment|default|web'\nspec: {}\n`,
  ],
  [
    "indentation, comments and line ends stay",
    "# head\napiVersion: v1\nkind: ConfigMap\nmetadata:\n    name: a      # trailing\n    namespace: n\ndata:\n    b: '1'\n\n",
    `# head\napiVersion: v1\nkind: ConfigMap\nmetadata: # kpt-merge: n/a\n    name: a      # trailing\n    namespace: n\n    annotations:\n        ${identifier}: '|ConfigMap|n|a'\ndata:\n    b: '1'\n\n`,
  ],
  [
    "present annotations keep their place, the new one comes last",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    z: '1'\n  name: a\n",
    `apiVersion: v1\nkind: ConfigMap\nmetadata: # kpt-merge: /a\n  annotations:\n    z: '1'\n    ${identifier}: '|ConfigMap|default|a'\n  name: a\n`,
  ],
  [
    "a mark that is there decides the annotation and stays",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: # kpt-merge: up/orig\n  name: renamed\n",
    `apiVersion: v1\nkind: ConfigMap\nmetadata: # kpt-merge: up/orig\n  name: renamed\n  annotations:\n    ${identifier}: '|ConfigMap|up|orig'\n`,
  ],
  [
    "a remark on the line moves above it",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: # mine\n  name: a\n",
    `apiVersion: v1\nkind: ConfigMap\n# mine\nmetadata: # kpt-merge: /a\n  name: a\n  annotations:\n    ${identifier}: '|ConfigMap|default|a'\n`,
  ],
  [
    "what an alias repeats elsewhere gets the comment alone",
    "apiVersion: v1\nkind: A\nmetadata: &m\n  name: a\nspec: *m\n",
    "apiVersion: v1\nkind: A\nmetadata: &m # kpt-merge: /a\n  name: a\nspec: *m\n",
  ],
  [
    "metadata in flow style gets the annotation",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {${identifier}: '|ConfigMap|default|a'}}\n`,
  ],
];

/** The same by inserting text; undefined where the layout isn't the usual one. */
function quicklyMarked(text: string): string | undefined {
  const insertions: Insertion[] = [];
  for (const { root } of parseYaml(text).documents) {
    if (root?.kind !== "map") continue;
    const ones = mergeCommentInsertions(new Resource(root), text);
    if (ones === undefined) return undefined;
    insertions.push(...ones);
  }
  return insertAll(text, insertions);
}

test("the quick way gives what editing gives, or leaves it to that", () => {
  const metadata = (...lines: string[]): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:${lines.map(line => `\n${line}`).join("")}\ndata: {}\n`;
  const usual = [
    metadata("  name: it's", "  namespace: n"),
    metadata("  name: a", "  labels:", "    x: y"),
    metadata("  annotations:", "    x: y", "  name: a"),
    metadata("  # remark", "  name: a", "  annotations:", "    x: 'y'"),
    `${metadata("  name: a")}---\n${metadata("  name: b")}`,
    "kind: A\nmetadata:\n  name: a\n",
  ];
  for (const text of usual) assert.equal(quicklyMarked(text), marked(text));
  const unusual = [
    metadata("    name: a"),
    metadata(" # remark", "  name: a"),
    metadata("  name: a # remark"),
    metadata("  name: a", "  # remark"),
    metadata("  name: a", ""),
    metadata("  name: a", "  finalizers:", "  - x"),
    metadata("  name: a", "  annotations: {}"),
    metadata("  name: a", "  annotations:", "    x: |", "      y"),
    metadata("  name: a", '  annotations: {x: "y"}'),
    'kind: A\nmetadata: {name: "a"}\n',
    "kind: A\nmetadata: &m\n  name: a\nspec: *m\n",
    marked(metadata("  name: a")),
  ];
  for (const text of unusual) {
    const quick = quicklyMarked(text);
    assert.ok(quick === undefined || quick === marked(text), text);
  }
});

test("both ways agree on all recorded files", context => {
  const files = corpus(100_000);
  if (files === undefined) return context.skip("no recorded data beside the repository");
  let quick = 0;
  for (const { path, text } of files) {
    if (/\r|^\ufeff/.test(text) || !text.endsWith("\n")) continue;
    let usual: string | undefined;
    try {
      usual = quicklyMarked(text);
    } catch {
      continue;
    }
    if (usual === undefined) continue;
    assert.equal(usual, marked(text), path);
    quick++;
  }
  assert.ok(quick > 100);
});

for (const [says, before, after] of rows) {
  test(says, () => {
    assert.equal(marked(before), after);
    assert.equal(marked(after), after, "marking twice changes nothing");
  });
}

for (const text of [
  "image:\n  tag: a\n",
  "- a\n- b\n",
  "metadata:\n  name: values\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n",
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "a\\nb"\n',
]) {
  test(`${JSON.stringify(text)} is left alone`, () => assert.equal(marked(text), text));
}

test("the comment gives the upstream identity", () => {
  const root = parseYaml("kind: A\nmetadata: # kpt-merge: ns/na/me\n  name: x\n").documents[0]?.root;
  assert.ok(root?.kind === "map");
  assert.deepEqual(readMergeComment(new Resource(root)), { namespace: "ns", name: "na/me" });
});

test("Config Connector resources are attributed", () => {
  const resource = (value?: string): string =>
    "apiVersion: sql.cnrm.cloud.google.com/v1\nkind: SQLInstance\nmetadata:\n  name: a\n" +
    (value === undefined ? "" : `  annotations:\n    cnrm.cloud.google.com/blueprint: ${value}\n`);
  assert.equal(marked(resource(), addBlueprint), resource("'krm-pkg'"));
  assert.match(marked(resource("other"), addBlueprint), /blueprint: '?other,krm-pkg'?\n/);
  assert.match(marked(resource("a,krm-fn"), addBlueprint), /blueprint: '?a,krm-pkg-fn'?\n/);
});
