import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonMap, textAt, valueAt } from "../../core/json.ts";
import { mapsAt } from "../kube-object.ts";
import { Bench, events } from "../testing.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";

const schema: JsonMap = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["size"],
      properties: {
        size: { type: "integer", minimum: 1, maximum: 5 },
        mode: { type: "string", enum: ["a", "b"], default: "a" },
      },
    },
    status: { type: "object", properties: { ready: { type: "boolean" } } },
  },
};

const definition: JsonMap = {
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      },
      {
        name: "v2",
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

const widget = (spec: JsonMap, rest: JsonMap = {}): JsonMap => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name: "w" },
  spec,
  ...rest,
});

async function established(): Promise<Bench> {
  const bench = new Bench();
  const made = await bench.post(definitions, definition);
  assert.equal(made.status, 201, made.text);
  bench.run();
  return bench;
}

test("a definition is established after a while and its kinds are served then", async () => {
  const bench = new Bench();
  await bench.post(definitions, definition);
  assert.equal((await bench.get(widgets)).text, "404 page not found\n");
  bench.run();
  const found = await bench.get(`${definitions}/widgets.example.com`);
  const conditions = mapsAt(found.body, "status", "conditions").map(({ type, status, reason }) => [
    type,
    status,
    reason,
  ]);
  assert.deepEqual(conditions, [
    ["NamesAccepted", "True", "NoConflicts"],
    ["Established", "True", "InitialNamesAccepted"],
  ]);
  assert.equal(textAt(found.body, "status", "acceptedNames", "listKind"), "WidgetList");
  assert.equal((await bench.get(widgets)).status, 200);
  const group = await bench.get("/apis/example.com");
  assert.equal(textAt(group.body, "preferredVersion", "groupVersion"), "example.com/v2");
});

test("objects are pruned, defaulted and counted", async () => {
  const bench = await established();
  const made = await bench.post(widgets, widget({ size: 1, foo: 1 }, { status: { ready: true } }));
  assert.equal(made.headers["warning"], '299 - "unknown field \\"spec.foo\\""');
  assert.deepEqual(JSON.parse(JSON.stringify(made.body["spec"])), { size: 1, mode: "a" });
  assert.equal(made.body["status"], undefined);
  assert.equal(valueAt(made.body, "metadata", "generation"), 1);
  const changed = await bench.patch("merge", `${widgets}/w`, { spec: { size: 2 } });
  assert.equal(valueAt(changed.body, "metadata", "generation"), 2);
  const status = await bench.patch("merge", `${widgets}/w/status`, {
    spec: { size: 5 },
    status: { ready: true },
  });
  assert.equal(valueAt(status.body, "metadata", "generation"), 2);
  assert.equal(valueAt(status.body, "spec", "size"), 2);
  assert.equal(valueAt(status.body, "status", "ready"), true);
});

test("objects that break the schema are refused", async () => {
  const bench = await established();
  const answer = await bench.post(widgets, widget({ size: 9, mode: "c" }));
  assert.equal(answer.status, 422);
  assert.equal(
    answer.body["message"],
    'Widget.example.com "w" is invalid: [spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5, spec.mode: Unsupported value: "c": supported values: "a", "b"]',
  );
});

test("other versions show the same object", async () => {
  const bench = await established();
  await bench.post(widgets, widget({ size: 1 }));
  const other = await bench.get("/apis/example.com/v2/namespaces/default/widgets/w");
  assert.equal(other.body["apiVersion"], "example.com/v2");
  assert.equal(valueAt(other.body, "spec", "size"), 1);
});

test("an update must name the version it builds on", async () => {
  const bench = await established();
  await bench.post(widgets, widget({ size: 1 }));
  const answer = await bench.put(`${widgets}/w`, widget({ size: 2 }));
  assert.equal(answer.status, 422);
  assert.match(
    String(answer.body["message"]),
    /metadata\.resourceVersion: Invalid value: 0: must be specified for an update/,
  );
});

test("strategic patches are not for custom kinds", async () => {
  const bench = await established();
  await bench.post(widgets, widget({ size: 1 }));
  assert.equal((await bench.patch("strategic", `${widgets}/w`, { spec: { size: 2 } })).status, 415);
});

test("a deleted definition takes its objects along and ends watches", async () => {
  const bench = await established();
  await bench.post(widgets, widget({ size: 1 }));
  const stream = await bench.sandbox.handle({ method: "GET", path: `${widgets}?watch=1`, headers: {} });
  const deleted = await bench.delete(`${definitions}/widgets.example.com`);
  assert.equal(mapsAt(deleted.body, "status", "conditions").at(-1)?.["type"], "Terminating");
  bench.run();
  assert.equal((await bench.get(`${definitions}/widgets.example.com`)).status, 404);
  assert.equal((await bench.get(widgets)).status, 404);
  const seen = await events(stream, 3);
  assert.deepEqual(
    seen.map(({ type }) => type),
    ["ADDED", "DELETED"],
  );
});
