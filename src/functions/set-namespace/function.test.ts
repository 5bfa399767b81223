import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../../sdk/testing.ts";
import { fn } from "./function.ts";

const config = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata: ${data}\n`;

async function run(input: string, given = config("{namespace: new}")) {
  const { files, results, failed } = await runOnFiles(fn, { "f.yaml": input }, { config: given });
  const said = results.map(({ severity, message }) => `${severity}: ${message}`);
  return { text: files.get("f.yaml") ?? "", said, failed: failed?.stderr, results };
}

const upToDate = "info: all `depends-on` annotations are up-to-date. no `namespace` changed";

test("namespaced objects get the namespace, others only where they speak of one", async () => {
  const { text, said } = await run(`apiVersion: v1
kind: Namespace
metadata: {name: old}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: old # mine
---
apiVersion: v1
kind: Service
metadata: {name: b}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: c}
subjects:
- {kind: ServiceAccount, name: s, namespace: old}
- {kind: User, name: u}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: d}
subjects:
- {kind: ServiceAccount, name: s, namespace: old}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: e, namespace: bogus}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: f}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: g}
spec: {}
`);
  assert.equal(
    text,
    `apiVersion: v1
kind: Namespace
metadata: {name: new}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: new # mine
---
apiVersion: v1
kind: Service
metadata: {name: b, namespace: new}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: c}
subjects:
- {kind: ServiceAccount, name: s, namespace: new}
- {kind: User, name: u}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: d, namespace: new}
subjects:
- {kind: ServiceAccount, name: s, namespace: old}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: e, namespace: bogus}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: f}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: g}
spec: {}
`,
  );
  assert.deepEqual(said, ['info: namespace [default old] updated to "new", 5 value(s) changed', upToDate]);
});

test("a second run changes nothing", async () => {
  const { text, said } = await run("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: new\n");
  assert.equal(text, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: new\n");
  assert.deepEqual(said, ['info: all matching namespaces are already "new". no value changed', upToDate]);
});

test("a matcher looks at the value and at the origin", async () => {
  const { text, said } = await run(
    `apiVersion: v1
kind: Pod
metadata:
  name: a
  namespace: other
  annotations:
    internal.kpt.dev/upstream-identifier: '|Pod|old|a'
---
apiVersion: v1
kind: Pod
metadata:
  name: b
---
apiVersion: v1
kind: Pod
metadata:
  name: c
  namespace: third
`,
    config("{namespace: new, namespaceMatcher: old}"),
  );
  assert.match(text, /name: a\n {2}namespace: new\n/);
  // A surprise of the published function: what has no namespace gets the default one.
  assert.match(text, /name: b\n {2}namespace: default\n/);
  assert.match(text, /name: c\n {2}namespace: third\n/);
  assert.deepEqual(said, [
    "info: [Resource(apiVersion=v1, kind=Pod, namespace=other, name=a)] has matching origin old",
    'info: namespace [other] updated to "new", 1 value(s) changed',
    upToDate,
  ]);
});

test("depends-on follows objects of the package", async () => {
  const depends = (value: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: old\n  annotations:\n    config.kubernetes.io/depends-on: ${value}\n`;
  const { text, said } = await run(depends("/namespaces/old/Pod/a"));
  assert.match(text, /depends-on: \/namespaces\/new\/Pod\/a\n/);
  assert.equal(said[1], 'info: `depends-on` annotation namespace [old] updated to "new", 1 value(s) changed');
  assert.match((await run(depends("/namespaces/old/Pod/b"))).text, /namespaces\/old\/Pod\/b/);
});

test("configs are read and refused as published", async () => {
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
  const context = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kptfile.kpt.dev}\ndata: {name: pkg}\n";
  assert.match((await run(pod, context)).text, /namespace: pkg/);
  const own = "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetNamespace\nmetadata: {name: c}\nnamespace: mine\n";
  assert.match((await run(pod, own)).text, /namespace: mine/);
  const cases = [
    ["{}", "FunctionConfig is missing. Expect `ConfigMap.v1` or `SetNamespace.v1alpha1.fn.kpt.dev`"],
    [config("{a: b}"), "`data.namespace` should not be empty"],
    [own.replace("mine", '""'), "`namespace` should not be empty"],
    [
      "apiVersion: x/v1\nkind: Y\nmetadata: {name: c}\n",
      "unknown functionConfig Kind=Y ApiVersion=x/v1, expect `ConfigMap.v1` or `SetNamespace.v1alpha1.fn.kpt.dev`",
    ],
  ] as const;
  for (const [given, message] of cases) {
    const { said, failed } = await run(pod, given);
    assert.deepEqual(said, [`error: ${message}`]);
    assert.equal(failed, "failed to evaluate function: error: function failure");
  }
});

test("releases up to v0.4.1 change subjects of role bindings too", async () => {
  const input =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: d}\nsubjects:\n- {name: s, namespace: old}\n";
  const { files, results } = await runOnFiles(
    fn,
    { "f.yaml": input },
    { config: config("{namespace: new}"), tag: "v0.4.1" },
  );
  assert.equal(
    files.get("f.yaml"),
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: d, namespace: new}\nsubjects:\n- {name: s, namespace: new}\n",
  );
  assert.deepEqual(
    results.map(each => each.message),
    ['namespace "","old" updated to "new", 2 value(s) changed'],
  );
});

test("the first releases go by kustomize's places: local config too, known accounts, no results", async () => {
  const input = [
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\n",
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {config.kubernetes.io/local-config: "true"}}\n',
    "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: d}\nsubjects:\n- {kind: ServiceAccount, name: s}\n- {kind: User, name: u, namespace: old}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: old}\n",
    "apiVersion: x.io/v1\nkind: Foo\nmetadata: {name: f}\nspec: {a: {ns: old}}\n",
  ].join("---\n");
  const own =
    "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetNamespace\nmetadata: {name: c}\nnamespace: new\nadditionalNamespaceFields: [{path: spec/a/ns, kind: Foo}]\n";
  const { files, results, failed } = await runOnFiles(
    fn,
    { "f.yaml": input },
    { config: own, tag: "v0.2.0" },
  );
  assert.equal(failed, undefined);
  assert.deepEqual(results, []);
  const text = files.get("f.yaml") ?? "";
  assert.match(text, /metadata: \{name: s, namespace: new\}/);
  assert.match(text, /local-config: "true"\}, namespace: new\}/);
  assert.match(text, /metadata: \{name: n\}\n/);
  assert.match(text, /name: s, namespace: new\}\n- \{kind: User, name: u, namespace: old\}/);
  assert.match(text, /kind: Namespace\nmetadata: \{name: new\}/);
  assert.match(text, /name: f, namespace: new\}\nspec: \{a: \{ns: new\}\}/);
  const empty = await runOnFiles(fn, { "f.yaml": input }, { config: config("{a: b}"), tag: "v0.1" });
  assert.equal(empty.failed?.message, "failed to configure function: input namespace cannot be empty");
});
