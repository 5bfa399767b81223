import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Json, type JsonMap, textAt, valueAt } from "../../core/json.ts";
import { mapsAt, textMapAt } from "../kube-object.ts";
import { Bench } from "../testing.ts";
import { FieldSet, fieldSetOf, formatPath } from "./field-set.ts";

const path = "/api/v1/namespaces/default/configmaps/x";
const web = "/apis/apps/v1/namespaces/default/deployments/web";

function configMap(data: Record<string, string>): JsonMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data };
}

function deployment(spec: JsonMap, container: JsonMap): JsonMap {
  const template = {
    metadata: { labels: { a: "b" } },
    spec: { containers: [{ name: "c", image: "x", ...container }] },
  };
  const selector = { matchLabels: { a: "b" } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { selector, template, ...spec },
  };
}

function plain(value: Json | undefined): unknown {
  return JSON.parse(JSON.stringify(value));
}

test("an applied object is created and owned", async () => {
  const bench = new Bench();
  const made = await bench.patch("apply", `${path}?fieldManager=a`, configMap({ k: "1" }));
  assert.equal(made.status, 201);
  assert.deepEqual(plain(valueAt(made.body, "metadata", "managedFields")), [
    {
      manager: "a",
      operation: "Apply",
      apiVersion: "v1",
      time: "2026-01-01T00:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { "f:k": {} } },
    },
  ]);
});

test("applying the same again writes nothing", async () => {
  const bench = new Bench();
  const made = await bench.patch("apply", `${path}?fieldManager=a`, configMap({ k: "1" }));
  bench.run(5000);
  const again = await bench.patch("apply", `${path}?fieldManager=a`, configMap({ k: "1" }));
  assert.equal(again.text, made.text);
});

test("another applier's value is a conflict, told by field and manager", async () => {
  const bench = new Bench();
  await bench.patch("apply", `${web}?fieldManager=a`, deployment({ replicas: 2 }, {}));
  const answer = await bench.patch(
    "apply",
    `${web}?fieldManager=b`,
    deployment({ replicas: 3 }, { image: "y" }),
  );
  assert.equal(answer.status, 409);
  assert.equal(
    answer.body["message"],
    'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
  );
  assert.deepEqual(mapsAt(answer.body, "details", "causes").map(plain), [
    { reason: "FieldManagerConflict", message: 'conflict with "a"', field: ".spec.replicas" },
    {
      reason: "FieldManagerConflict",
      message: 'conflict with "a"',
      field: '.spec.template.spec.containers[name="c"].image',
    },
  ]);
});

test("a single conflict with an updater names its version", async () => {
  const bench = new Bench();
  await bench.post("/api/v1/namespaces/default/configmaps", configMap({ k: "1" }));
  const answer = await bench.patch("apply", `${path}?fieldManager=b`, configMap({ k: "2" }));
  assert.equal(
    answer.body["message"],
    'Apply failed with 1 conflict: conflict with "test" using v1: .data.k',
  );
});

test("force takes the field over", async () => {
  const bench = new Bench();
  await bench.patch("apply", `${path}?fieldManager=a`, configMap({ k: "1", l: "1" }));
  const taken = await bench.patch("apply", `${path}?fieldManager=b&force=true`, configMap({ k: "2" }));
  assert.equal(textAt(taken.body, "data", "k"), "2");
  const owners = mapsAt(taken.body, "metadata", "managedFields").map(entry => [
    entry["manager"],
    plain(entry["fieldsV1"]),
  ]);
  assert.deepEqual(owners, [
    ["a", { "f:data": { "f:l": {} } }],
    ["b", { "f:data": { "f:k": {} } }],
  ]);
});

test("what an applier no longer says goes, unless somebody else holds it", async () => {
  const bench = new Bench();
  await bench.patch("apply", `${path}?fieldManager=a`, configMap({ k: "1", shared: "1", mine: "1" }));
  await bench.patch("apply", `${path}?fieldManager=b`, configMap({ shared: "1" }));
  const less = await bench.patch("apply", `${path}?fieldManager=a`, configMap({ k: "1" }));
  assert.deepEqual(plain(less.body["data"]), { k: "1", shared: "1" });
});

test("elements of keyed lists are merged by key, in the order of the live object", async () => {
  const bench = new Bench();
  const env = (...names: string[]): JsonMap => ({ env: names.map(name => ({ name, value: name })) });
  await bench.patch("apply", `${web}?fieldManager=a`, deployment({}, env("A", "B")));
  await bench.patch("apply", `${web}?fieldManager=b`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { template: { spec: { containers: [{ name: "c", ...env("C") }] } } },
  });
  const less = await bench.patch("apply", `${web}?fieldManager=a`, deployment({}, env("B")));
  const names = mapsAt(less.body, "spec", "template", "spec", "containers", 0, "env").map(
    item => item["name"],
  );
  assert.deepEqual(names, ["B", "C"]);
});

test("kubectl takes over from its own client-side past without a conflict", async () => {
  const bench = new Bench();
  const object = configMap({ k: "1" });
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify(object)}\n` };
  await bench.post("/api/v1/namespaces/default/configmaps", {
    ...object,
    metadata: { name: "x", annotations },
  });
  const answer = await bench.patch("apply", `${path}?fieldManager=kubectl`, configMap({ k: "2" }));
  assert.equal(answer.status, 200);
  const last = textMapAt(answer.body, "metadata", "annotations").get(
    "kubectl.kubernetes.io/last-applied-configuration",
  );
  assert.match(last ?? "", /"k":"2"/);
});

const refusals: { name: string; query: string; body: JsonMap; status: number; message: string }[] = [
  {
    name: "no manager",
    query: "",
    body: configMap({}),
    status: 422,
    message:
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  },
  {
    name: "a field the schema does not know",
    query: "?fieldManager=a",
    body: { ...configMap({}), foo: 1 },
    status: 500,
    message:
      "failed to create typed patch object (/x; /v1, Kind=ConfigMap): .foo: field not declared in schema",
  },
  {
    name: "another kind",
    query: "?fieldManager=a",
    body: { apiVersion: "v1", kind: "Secret" },
    status: 400,
    message: "invalid object type: /v1, Kind=Secret",
  },
  {
    name: "a record of owners",
    query: "?fieldManager=a",
    body: { ...configMap({}), metadata: { name: "x", managedFields: [{}] } },
    status: 400,
    message: "metadata.managedFields must be nil",
  },
];

for (const { name, query, body, status, message } of refusals) {
  test(`an apply is refused: ${name}`, async () => {
    const bench = new Bench();
    await bench.post("/api/v1/namespaces/default/configmaps", configMap({}));
    const answer = await bench.patch("apply", path + query, body);
    assert.deepEqual([answer.status, answer.body["message"]], [status, message]);
  });
}

const step = fc.constantFrom("f:a", "f:b", 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"z"', "f:__proto__");
const fields = fc
  .array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
  .map(paths => paths.reduce((set, each) => set.insert(each), new FieldSet()));

test("field sets are sets", () => {
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      assert.ok(a.union(b).equals(b.union(a)));
      assert.ok(a.intersection(b).equals(b.intersection(a)));
      assert.ok(a.difference(b).intersection(b).empty);
      assert.ok(a.difference(b).union(a.intersection(b)).equals(a));
      assert.ok(fieldSetOf(a.toJson()).equals(a));
      assert.equal([...a.paths()].length, new Set([...a.paths()].map(formatPath)).size);
    }),
  );
});

const data = fc.dictionary(fc.constantFrom("k", "l", "m"), fc.constantFrom("1", "2"));

test("after an apply the object says what the applier said", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom("a", "b"), data), { maxLength: 6 }), async steps => {
      const bench = new Bench();
      for (const [manager, said] of steps) {
        const answer = await bench.patch(
          "apply",
          `${path}?fieldManager=${manager}&force=true`,
          configMap({ ...said }),
        );
        assert.ok(answer.status < 300, answer.text);
        const found = textMapAt(answer.body, "data");
        for (const [key, value] of Object.entries(said)) assert.equal(found.get(key), value);
      }
    }),
    { numRuns: 40 },
  );
});
