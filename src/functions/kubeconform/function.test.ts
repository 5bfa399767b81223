import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../../sdk/testing.ts";
import { fn as kubeval } from "../kubeval/function.ts";
import { fn } from "./function.ts";

const strict = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {strict: "true"}\n';

async function run(input: string, config?: string, called = fn) {
  const { results, failed } = await runOnFiles(called, { "f.yaml": input }, { config });
  return {
    said: results.map(({ field, message }) => `${field?.path}: ${message}`),
    failed: failed?.stderr,
    results,
  };
}

test("violations are worded as kubeconform's", async () => {
  const { said, failed, results } = await run(
    `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: ns
spec:
  replicas: invalid
---
apiVersion: custom.io/v1
kind: Custom
metadata: {name: c}
spec: {x: y}
---
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {ports: [{targetPort: true, port: 1.5}], typ: x}
`,
    strict,
  );
  assert.deepEqual(said, [
    "spec: missing properties 'selector', 'template'",
    "spec.replicas: got string, want null or integer",
    "spec.ports.0.targetPort: oneOf failed, none matched",
    "spec.ports.0.port: got number, want integer",
    "spec: additional properties 'typ' not allowed",
  ]);
  assert.equal(failed, "failed to evaluate function: error: function failure");
  assert.deepEqual(results[0], {
    message: "missing properties 'selector', 'template'",
    severity: "error",
    resourceRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "ns" },
    field: { path: "spec" },
    file: { path: "f.yaml" },
  });
});

test("null stands for absent unless the field is required; unknown fields are fine unless strict", async () => {
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: null, x: 1}\n";
  assert.deepEqual(await run(service), { said: [], failed: undefined, results: [] });
  const port = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: null}]}\n";
  assert.deepEqual((await run(port)).said, ["spec.ports.0.port: got null, want integer"]);
});

test("kinds can be skipped", async () => {
  const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {skip_kinds: 'A,Service'}\n";
  assert.deepEqual(
    (await run("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: 1\n", config)).said,
    [],
  );
});

test("schemas from elsewhere need a container, and it says so", async () => {
  const config =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {schema_location: 'file:///s'}\n";
  assert.match((await run("{}", config)).failed ?? "", /--fn-runtime=container$/);
});

test("kubeval has its own words", async () => {
  const input = `apiVersion: v1
kind: ReplicationController
metadata: {name: bob}
spec:
  replicas: asd
templates: {}
---
apiVersion: x/v1
kind: Custom
metadata: {name: c}
`;
  const { said } = await run(input, strict, kubeval);
  assert.deepEqual(said.slice(0, 2), [
    "templates: Additional property templates is not allowed",
    "spec.replicas: Invalid type. Expected: [integer,null], given: string",
  ]);
  assert.match(said[2] ?? "", /^undefined: Validating arbitrary CRDs is not supported yet\./);
});
