import assert from "node:assert/strict";
import { test } from "node:test";
import { apiGroups, apiResources, resourceOf } from "./discovery.ts";
import { schemaOf, schemaVersion } from "./lookup.ts";
import { scopeOf } from "./scope.ts";

test("kinds are found with their plural name, scope and subresources", () => {
  const deployment = resourceOf("apps/v1", "Deployment");
  assert.equal(deployment?.name, "deployments");
  assert.deepEqual(deployment?.shortNames, ["deploy"]);
  const scale = deployment?.subresources.find(each => each.name === "scale");
  assert.deepEqual(scale?.responseKind, { group: "autoscaling", version: "v1", kind: "Scale" });
  assert.equal(
    resourceOf("v1", "Pod")?.subresources.some(each => each.name === "log"),
    true,
  );
});

test("scope is known of today's kinds and of those of older servers only", () => {
  assert.equal(scopeOf("v1", "Namespace"), "cluster");
  assert.equal(scopeOf("autoscaling/v2", "HorizontalPodAutoscaler"), "namespaced");
  assert.equal(scopeOf("policy/v1beta1", "PodSecurityPolicy"), "cluster");
  assert.equal(scopeOf("extensions/v1beta1", "Ingress"), "namespaced");
  assert.equal(scopeOf("example.com/v1", "Thing"), undefined);
});

test("previews are left out of what a server serves by default", () => {
  assert.equal(
    apiResources().some(each => /alpha|beta/.test(each.version)),
    false,
  );
  assert.equal(apiResources({ preview: true }).length > apiResources().length, true);
  assert.equal(apiGroups()[0]?.name, "");
  assert.deepEqual(apiGroups().find(group => group.name === "autoscaling")?.versions, ["v2", "v1"]);
});

test("every served kind has a schema", () => {
  assert.match(schemaVersion(), /^v1\.\d+\.\d+$/);
  const without = apiResources().filter(
    each =>
      schemaOf(each.group === "" ? each.version : `${each.group}/${each.version}`, each.kind) === undefined,
  );
  assert.deepEqual(
    without.map(each => each.kind),
    [],
  );
});
