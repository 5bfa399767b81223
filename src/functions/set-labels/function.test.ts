import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../../sdk/testing.ts";
import { fn } from "./function.ts";

const labels = (text: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata: ${text}\n`;

async function run(input: string, config: string | undefined = labels("{a: b}")) {
  const { files, results, failed } = await runOnFiles(fn, { "f.yaml": input }, { config });
  const said = results.map(({ severity, message }) => `${severity}: ${message}`);
  return { text: files.get("f.yaml") ?? "", said, failed: failed?.stderr };
}

const failure = "failed to evaluate function: error: function failure";

test("labels are set on objects, selectors and templates", async () => {
  const { text, said } = await run(`apiVersion: apps/v1
kind: Deployment
metadata: # who
  name: web
  labels:
    a: "x" # old
spec:
  selector: {}
  template:
    metadata:
      labels: {z: z}
    spec:
      topologySpreadConstraints:
      - labelSelector:
          matchLabels: {a: old}
      - labelSelector:
          matchLabels: {other: o}
      affinity:
        podAffinity: {}
`);
  assert.equal(
    text,
    `apiVersion: apps/v1
kind: Deployment
metadata: # who
  name: web
  labels:
    a: "b" # old
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata:
      labels: {z: z, a: b}
    spec:
      topologySpreadConstraints:
      - labelSelector:
          matchLabels: {a: b}
      - labelSelector:
          matchLabels: {other: o}
      affinity:
        podAffinity: {}
`,
  );
  assert.deepEqual(said, ["info: set 5 labels in total"]);
});

test("every kind has its own places", async () => {
  const cases: { kind: string; body: string; after: string; count: number }[] = [
    { kind: "v1 Pod", body: "spec: {}", after: "spec: {}", count: 1 },
    {
      kind: "v1 Service",
      body: "spec: {selector: {x: y}}",
      after: "spec: {selector: {x: y, a: b}}",
      count: 2,
    },
    {
      kind: "serving.knative.dev/v1 Service",
      body: "spec: {}",
      after: "spec: {selector: {a: b}}",
      count: 2,
    },
    {
      kind: "batch/v1 Job",
      body: "spec: {selector: {matchLabels: {a: x}}, template: {metadata: {}}}",
      after: "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}}}",
      count: 3,
    },
    {
      kind: "batch/v1 CronJob",
      body: "spec: {jobTemplate: {spec: {template: {spec: {}}}}}",
      after:
        "spec: {jobTemplate: {spec: {template: {spec: {}, metadata: {labels: {a: b}}}}, metadata: {labels: {a: b}}}}",
      count: 4,
    },
    {
      kind: "networking.k8s.io/v1 NetworkPolicy",
      body: "spec: {podSelector: {matchLabels: {a: x}}, ingress: [{from: [{podSelector: {matchLabels: {a: x}}}]}]}",
      after:
        "spec: {podSelector: {matchLabels: {a: b}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}",
      count: 3,
    },
    {
      kind: "apps/v1 StatefulSet",
      body: "spec: {selector: {matchLabels: {}}, volumeClaimTemplates: [{metadata: {name: d}}]}",
      after:
        "spec: {selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata: {name: d, labels: {a: b}}}]}",
      count: 4,
    },
  ];
  for (const { kind, body, after, count } of cases) {
    const [apiVersion, name] = kind.split(" ");
    const head = `apiVersion: ${apiVersion}\nkind: ${name}\nmetadata: {name: n, labels: {a: b}}\n`;
    const { text, said } = await run(`${head}${body}\n`);
    assert.equal(text, `${head}${after}\n`, kind);
    assert.deepEqual(said, [`info: set ${count} labels in total`], kind);
  }
});

const object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n\n";

test("null labels are filled, other kinds are refused in the published words", async () => {
  assert.equal((await run(`${object}  labels:\n`)).text, `${object}  labels:\n    a: b\n`);
  const refused = await run(`${object}  labels: [a]\n`);
  assert.deepEqual(refused.said, [
    'error: Resource(apiVersion=, kind=ConfigMap) has unmatched field type "string" in fieldpath .metadata.labels.a',
    "info: set 0 labels in total",
  ]);
  assert.equal(refused.failed, failure);
});

test("values that read as other types are quoted, names like __proto__ are ordinary", async () => {
  const { text } = await run(object, labels('{n: 1, on: "on", __proto__: x}'));
  assert.equal(text, `${object}  labels:\n    __proto__: x\n    "n": "1"\n    "on": "on"\n`);
});

test("local config is left alone", async () => {
  const local = `${object}  annotations:\n    config.kubernetes.io/local-config: "true"\n`;
  const { text, said } = await run(local);
  assert.equal(text, local);
  assert.deepEqual(said, ["info: no input resources"]);
});

test("configs are read and refused as published", async () => {
  const none = await run(object, "{}");
  assert.deepEqual(none.said, ["info: `FunctionConfig` is not given"]);
  assert.equal(none.failed, failure);
  const empty = await run(object, labels("{}"));
  assert.deepEqual(empty.said, ["warning: no `labels` arguments are given in FunctionConfig"]);
  assert.equal(empty.failed, undefined);
  const own = await run(
    object,
    "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetLabels\nmetadata: {name: c}\nlabels: {a: b}\n",
  );
  assert.deepEqual(own.said, ["info: set 1 labels in total"]);
  const wrong = await run(object, "apiVersion: fn.kpt.dev/v1alpha1\nkind: Bad\nmetadata: {name: c}\n");
  assert.deepEqual(wrong.said, [
    "error: unknown FunctionConfig `Bad.fn.kpt.dev`, expect `SetLabels.fn.kpt.dev` or `ConfigMap.v1`",
  ]);
  const list = await run(
    object,
    "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetLabels\nmetadata: {name: c}\nlabels: [a]\n",
  );
  assert.match(list.said[0] ?? "", /cannot unmarshal array into Go struct field SetLabels\.labels of type/);
});

test("first releases label what kustomize labels, local config included, and say nothing", async () => {
  const input = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {config.kubernetes.io/local-config: "true"}
spec:
  template:
    spec:
      topologySpreadConstraints:
      - labelSelector: {matchLabels: {x: y}}
`;
  const { files, results } = await runOnFiles(
    fn,
    { "f.yaml": input },
    { config: labels("{a: b}"), tag: "v0.1.5" },
  );
  assert.equal(
    files.get("f.yaml"),
    `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {config.kubernetes.io/local-config: "true"}
  labels:
    a: b
spec:
  template:
    spec:
      topologySpreadConstraints:
      - labelSelector: {matchLabels: {x: y, a: b}}
    metadata:
      labels:
        a: b
  selector:
    matchLabels:
      a: b
`,
  );
  assert.deepEqual(results, []);
});
