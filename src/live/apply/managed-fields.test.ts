import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonMap } from "../../core/json.ts";
import { isApplied } from "./managed-fields.ts";

const object: JsonMap = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", namespace: "ns", labels: { app: "s" } },
  spec: { ports: [{ port: 80, protocol: "TCP", name: "http" }], type: "ClusterIP" },
};

const port = { "f:port": {}, "f:protocol": {}, "f:name": {} };

function live(fields: JsonMap, change: JsonMap = {}): JsonMap {
  return {
    ...object,
    metadata: {
      name: "s",
      namespace: "ns",
      labels: { app: "s", other: "label" },
      managedFields: [{ manager: "kubectl", operation: "Apply", apiVersion: "v1", fieldsV1: fields }],
    },
    spec: { ...(object["spec"] as JsonMap), clusterIP: "10.0.0.1", ...change },
  };
}

const all = {
  "f:metadata": { "f:labels": { "f:app": {} } },
  "f:spec": { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, ...port } }, "f:type": {} },
};

test("an object whose fields are all owned and right needs no request", () => {
  assert.equal(isApplied(live(all), object, "kubectl"), true);
});

for (const [what, found] of [
  ["another value", live(all, { type: "NodePort" })],
  ["another value in a list", live(all, { ports: [{ port: 80, protocol: "TCP", name: "web" }] })],
  ["an item that is gone", live(all, { ports: [] })],
  ["a field that isn't owned", live({ ...all, "f:spec": { "f:ports": all["f:spec"]["f:ports"] } })],
  ["a field that the package has dropped", live({ ...all, "f:data": { "f:old": {} } })],
  [
    "an item that the package has dropped",
    live({
      ...all,
      "f:spec": {
        ...all["f:spec"],
        "f:ports": { ...all["f:spec"]["f:ports"], 'k:{"port":81,"protocol":"TCP"}': { ".": {} } },
      },
    }),
  ],
  ["no owner at all", { ...object }],
] as const) {
  test(`${what} is sent`, () => assert.equal(isApplied(found, object, "kubectl"), false));
}

test("fields of another manager don't count", () => {
  assert.equal(isApplied(live(all), object, "someone"), false);
});
