import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonMap } from "../../core/json.ts";
import { schemaOf } from "../../core/schema/lookup.ts";
import { applyJsonPatch, PatchDoesNotApply } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicPatch } from "./strategic-merge.ts";

const schema = schemaOf("v1", "Pod");

function pod(spec: JsonMap): JsonMap {
  return { spec };
}

function plain(value: Json): unknown {
  return JSON.parse(JSON.stringify(value));
}

const live = pod({
  containers: [
    { name: "a", image: "a:1", args: ["x"] },
    { name: "b", image: "b:1" },
  ],
  tolerations: [{ key: "t" }],
  nodeSelector: { x: "1", y: "2" },
});

const strategic: { name: string; patch: JsonMap; expected: JsonMap }[] = [
  {
    name: "elements are merged by key",
    patch: { containers: [{ name: "b", image: "b:2" }, { name: "c" }] },
    expected: {
      ...spec(),
      containers: [{ name: "a", image: "a:1", args: ["x"] }, { name: "b", image: "b:2" }, { name: "c" }],
    },
  },
  {
    name: "an element is deleted by directive",
    patch: { containers: [{ name: "a", $patch: "delete" }] },
    expected: { ...spec(), containers: [{ name: "b", image: "b:1" }] },
  },
  {
    name: "a list is replaced by directive",
    patch: { containers: [{ $patch: "replace" }, { name: "z" }] },
    expected: { ...spec(), containers: [{ name: "z" }] },
  },
  {
    name: "a map is replaced by directive",
    patch: { nodeSelector: { $patch: "replace", z: "3" } },
    expected: { ...spec(), nodeSelector: { z: "3" } },
  },
  {
    name: "atomic lists are replaced",
    patch: { tolerations: [{ key: "u" }], containers: [{ name: "a", args: ["y"] }] },
    expected: {
      ...spec(),
      containers: [
        { name: "a", image: "a:1", args: ["y"] },
        { name: "b", image: "b:1" },
      ],
      tolerations: [{ key: "u" }],
    },
  },
  {
    name: "the order is set by directive",
    patch: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] },
    expected: {
      ...spec(),
      containers: [
        { name: "b", image: "b:1" },
        { name: "a", image: "a:1", args: ["x"] },
      ],
    },
  },
  {
    name: "null removes",
    patch: { nodeSelector: { x: null } },
    expected: { ...spec(), nodeSelector: { y: "2" } },
  },
];

function spec(): JsonMap {
  return JSON.parse(JSON.stringify(live["spec"]));
}

for (const { name, patch, expected } of strategic) {
  test(`strategic merge: ${name}`, () => {
    assert.deepEqual(plain(applyStrategicPatch(live, { spec: patch }, schema)), { spec: expected });
  });
}

test("strategic merge: elements of lists of texts are deleted, other keys dropped", () => {
  const object = {
    metadata: { finalizers: ["a", "b", "c"] },
    spec: { volumes: [{ name: "v", emptyDir: {}, configMap: {} }] },
  };
  const patch = {
    metadata: { "$deleteFromPrimitiveList/finalizers": ["b"], finalizers: ["d"] },
    spec: { volumes: [{ name: "v", $retainKeys: ["name", "configMap"] }] },
  };
  const result = plain(applyStrategicPatch(object, patch, schema));
  assert.deepEqual(result, {
    metadata: { finalizers: ["d", "a", "c"] },
    spec: { volumes: [{ name: "v", configMap: {} }] },
  });
});

test("merge patch: RFC 7386", () => {
  const result = applyMergePatch(
    { a: { b: 1, c: 2 }, d: [1] },
    { a: { b: null, e: 3 }, d: [2], f: { g: null } },
  );
  assert.deepEqual(plain(result), { a: { c: 2, e: 3 }, d: [2], f: {} });
});

test("JSON patch: every operation of RFC 6902", () => {
  const result = applyJsonPatch({ a: [1, 2], b: { "x/y": "z" } }, [
    { op: "test", path: "/b/x~1y", value: "z" },
    { op: "add", path: "/a/1", value: 9 },
    { op: "add", path: "/a/-", value: 3 },
    { op: "remove", path: "/a/0" },
    { op: "replace", path: "/b/x~1y", value: "w" },
    { op: "copy", from: "/b", path: "/c" },
    { op: "move", from: "/c/x~1y", path: "/d" },
  ]);
  assert.deepEqual(plain(result), { a: [9, 2, 3], b: { "x/y": "w" }, c: {}, d: "w" });
});

test("JSON patch: a place that is not there", () => {
  assert.throws(() => applyJsonPatch({}, [{ op: "remove", path: "/a" }]), PatchDoesNotApply);
  assert.throws(() => applyJsonPatch({ a: [] }, [{ op: "add", path: "/a/1", value: 1 }]), PatchDoesNotApply);
});
