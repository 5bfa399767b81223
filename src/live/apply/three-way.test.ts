import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Json, JsonMap } from "../../core/json.ts";
import { equalJson, isMap } from "../../core/json.ts";
import { patchRules } from "./patch-rules.ts";
import { patched } from "./patched.ts";
import { threeWayPatch } from "./three-way.ts";

const leaf: fc.Arbitrary<Json> = fc.oneof(fc.integer(), fc.constantFrom("x", "y"), fc.boolean());
const document = fc.letrec<{ map: JsonMap; value: Json }>(tie => ({
  value: fc.oneof({ depthSize: "small" }, leaf, fc.array(leaf, { maxLength: 3 }), tie("map")),
  map: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("value"), { maxKeys: 3 }),
})).map;

function holds(object: Json | undefined, wanted: Json): boolean {
  if (!isMap(wanted)) return equalJson(object, wanted);
  return isMap(object) && Object.entries(wanted).every(([key, value]) => holds(object[key], value));
}

test("after the patch the object says what the user wants, and a second one is empty", () => {
  fc.assert(
    fc.property(document, document, document, (original, modified, live) => {
      const patch = threeWayPatch(original, modified, live, undefined);
      const after = patched(live, patch, undefined);
      // What the server was seen to drop isn't sent again: only without that memory everything is there.
      const fresh = patched(live, threeWayPatch(undefined, modified, live, undefined), undefined);
      assert.ok(holds(fresh, modified));
      assert.deepEqual({ ...threeWayPatch(modified, modified, after, undefined) }, {});
    }),
  );
});

test("what was applied before and is gone now goes, what others have set stays", () => {
  const patch = threeWayPatch(
    { data: { old: "1", kept: "1" } },
    { data: { kept: "1" } },
    { data: { old: "1", kept: "1", foreign: "1" } },
    undefined,
  );
  assert.equal(JSON.stringify(patch), '{"data":{"old":null}}');
});

test("a field that is null and absent needs no patch", () => {
  assert.deepEqual({ ...threeWayPatch(undefined, { data: { foo: null } }, { data: {} }, undefined) }, {});
});

function deployment(containers: Json[], more: JsonMap = {}): JsonMap {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: { template: { spec: { containers, ...more } } },
  };
}

test("containers are merged by name", async () => {
  const rules = await patchRules("apps/v1", "Deployment");
  const before = deployment([
    { name: "a", image: "a:1" },
    { name: "b", image: "b:1" },
  ]);
  const modified = deployment([{ name: "a", image: "a:2" }]);
  const live = deployment([
    { name: "a", image: "a:1", imagePullPolicy: "Always" },
    { name: "b", image: "b:1" },
    { name: "sidecar", image: "s:1" },
  ]);
  const patch = threeWayPatch(before, modified, live, rules);
  const after = patched(live, patch, rules);
  assert.ok(
    equalJson(
      after,
      deployment([
        { name: "a", image: "a:2", imagePullPolicy: "Always" },
        { name: "sidecar", image: "s:1" },
      ]),
    ),
  );
});

test("a volume of another kind drops the fields of the old one", async () => {
  const rules = await patchRules("apps/v1", "Deployment");
  const live = deployment([], { volumes: [{ name: "v", emptyDir: { sizeLimit: "1Gi" } }] });
  const modified = deployment([], { volumes: [{ name: "v", configMap: { name: "c" } }] });
  const patch = threeWayPatch(undefined, modified, live, rules);
  const after = patched(live, patch, rules);
  assert.ok(equalJson(after, modified), JSON.stringify(patch));
});

test("ports that share their merge key are sent as a whole list", async () => {
  const rules = await patchRules("v1", "Service");
  const ports = (udp: number): JsonMap => ({
    apiVersion: "v1",
    kind: "Service",
    spec: {
      ports: [
        { name: "tcp", port: 53, protocol: "TCP", targetPort: 53 },
        { name: "udp", port: 53, protocol: "UDP", targetPort: udp },
      ],
    },
  });
  const patch = threeWayPatch(ports(53), ports(54), ports(53), rules);
  assert.ok(equalJson(patched(ports(53), patch, rules), ports(54)));
  assert.match(JSON.stringify(patch), /"\$patch":"replace"/);
});

test("finalizers are added and removed by value", async () => {
  const rules = await patchRules("v1", "ConfigMap");
  const of = (finalizers: string[]): JsonMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { finalizers },
  });
  const patch = threeWayPatch(of(["a", "b"]), of(["b", "c"]), of(["a", "b", "foreign"]), rules);
  const after = patched(of(["a", "b", "foreign"]), patch, rules);
  assert.deepEqual(
    new Set((after["metadata"] as JsonMap)["finalizers"] as string[]),
    new Set(["b", "c", "foreign"]),
  );
});
