// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns are written so
import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../sdk/testing.ts";
import { functionNames, loadFunction } from "./load.ts";

const configs = [
  undefined,
  "{}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {__proto__: x, constructor: y}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {namespace: n}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: [1], b: {c: d}, e: null}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: text\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {by-value-regex: '(a+)+$', put-value: '${1}'}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {by-value-regex: '(', by-path: '**.**.**[*]'}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {name: '(', newTag: x}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {prepend: x}\n",
  "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetLabels\nmetadata: {name: c}\nlabels: {__proto__: x}\n",
  "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetAnnotations\nmetadata: {name: c}\nannotations: {a: b}\nadditionalAnnotationFields: [{path: a/b/c, create: true}, {path: ''}, 3]\n",
  "apiVersion: fn.kpt.dev/v1alpha1\nkind: ApplyReplacements\nmetadata: {name: c}\nreplacements: [{source: {name: a, fieldPath: '[=.'}, targets: [{select: {name: '('}}]}, 1]\n",
  "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetImage\nmetadata: {name: c}\nimage: [1]\n",
  "apiVersion: v1\nkind: List\nitems: [1, {apiVersion: v1, kind: Pod, metadata: {name: __proto__}}]\n",
];

const inputs = [
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: , annotations: null}\nspec:\n",
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: [x], annotations: text}\nspec: {template: [], selector: 3}\n",
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: &m {name: a, labels: &l {x: y}}\nspec: {selector: {matchLabels: *l}, template: {metadata: *m, spec: {containers: [1, null, {image: [x]}]}}}\n",
  "apiVersion: v1\nkind: Service\nmetadata: {name: a, __proto__: {x: y}, annotations: {__proto__: z}}\nspec: {__proto__: 1, selector: }\n",
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "\\u001b[31m"}\ndata: {a: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}\n',
  "apiVersion: 1\nkind: [x]\nmetadata: text\n",
  "apiVersion: v1\nkind: List\nitems: [{a: b}]\n",
  "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\nsubjects: [1, {namespace: [x]}, null]\n",
  "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: a}\npipeline: {mutators: [1, {image: apply-setters}]}\n",
  "apiVersion: blueprints.cloud.google.com/v1alpha1\nkind: ProjectServiceSet\nmetadata: {name: a}\nspec: {services: [1, a.b.c, {x: y}]}\n",
];

for (const name of functionNames) {
  test(`${name} meets odd configs and objects with a result or an error of its own`, async () => {
    const fn = await loadFunction(name);
    assert.ok(fn);
    for (const config of configs) {
      for (const [i, input] of inputs.entries()) {
        // Anything but FunctionError is thrown on and fails the test.
        const { results } = await runOnFiles(
          fn,
          { [`f${i}.yaml`]: input, Kptfile: inputs[9] ?? "" },
          { config },
        );
        for (const result of results) assert.equal(typeof result.message, "string");
      }
    }
    assert.equal(Object.hasOwn(Object.prototype, "x"), false);
  });
}

test("deep nesting does not exhaust the stack", async () => {
  const deep = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: ${"{a: ".repeat(900)}x${"}".repeat(900)}\n`;
  for (const name of functionNames) {
    const fn = await loadFunction(name);
    assert.ok(fn);
    await runOnFiles(fn, { "f.yaml": deep }, { config: configs[3] });
  }
});

test("names and aliases lead to functions", async () => {
  assert.equal((await loadFunction("set-label"))?.name, "set-labels");
  assert.equal(await loadFunction("__proto__"), undefined);
  for (const name of functionNames) {
    if (name === "set-label" || name === "set-annotation") continue;
    assert.equal((await loadFunction(name))?.name, name);
  }
});
