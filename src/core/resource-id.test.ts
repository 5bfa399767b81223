import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatDisplay,
  formatInventoryId,
  formatReference,
  parseInventoryId,
  parseReference,
} from "./resource-id.ts";

const deployment = { group: "apps", kind: "Deployment", namespace: "ns", name: "web" };
const role = {
  group: "rbac.authorization.k8s.io",
  kind: "ClusterRole",
  namespace: "",
  name: "system:node",
};

test("an id has three spellings", () => {
  assert.equal(formatInventoryId(deployment), "ns_web_apps_Deployment");
  assert.equal(formatReference(deployment), "apps/namespaces/ns/Deployment/web");
  assert.equal(formatDisplay(deployment), "deployment.apps/web");
  assert.equal(formatInventoryId(role), "_system__node_rbac.authorization.k8s.io_ClusterRole");
  assert.equal(formatReference(role), "rbac.authorization.k8s.io/ClusterRole/system:node");
});

test("inventory ids and references read back", () => {
  for (const id of [deployment, role]) {
    assert.deepEqual(parseInventoryId(formatInventoryId(id)), id);
    assert.deepEqual(parseReference(formatReference(id)), id);
  }
  assert.equal(parseInventoryId("a_b"), undefined);
  assert.equal(parseReference("a/b"), undefined);
});
