import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { JsonMap } from "../../src/core/json.ts";
import { parseDependsOn } from "../../src/live/plan/depends-on.ts";
import { planRun, planWaves } from "../../src/live/plan/plan.ts";
import { type Scope, scopesFromDefinitions } from "../../src/live/plan/validate.ts";
import { recorded, withoutData } from "./shared-data.ts";

// Where the recorded reference blocks a run and we deliberately don't (spec 9: D1, D7).
const better = new Set([
  "pruned object with a dependency that is gone is invalid",
  "apply-time mutation without source namespace is an external dependency",
]);

const clusterScoped = new Set([
  "Namespace",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "StorageClass",
  "PriorityClass",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "PersistentVolume",
  "Node",
]);
const known =
  /^(v1|(apps|batch|rbac\.authorization\.k8s\.io|networking\.k8s\.io|policy|storage\.k8s\.io|scheduling\.k8s\.io|admissionregistration\.k8s\.io|apiextensions\.k8s\.io)\/v1)$/;

function scopeOfKnown(objects: JsonMap[]) {
  const fromDefinitions = scopesFromDefinitions(objects);
  return (apiVersion: string, kind: string): Scope | undefined => {
    if (!known.test(apiVersion)) return fromDefinitions(apiVersion, kind);
    return clusterScoped.has(kind) ? "cluster" : "namespaced";
  };
}

describe("waves", { skip: withoutData }, () => {
  for (const { name, apply, prune = [], expected } of recorded("ordering/waves.yaml")) {
    test(name, () => {
      const plan = planWaves({ apply, prune });
      if (better.has(name)) {
        assert.equal(plan.error, undefined);
        return;
      }
      assert.equal(plan.error, expected.error);
      assert.deepEqual(plan.applyWaves, expected.applyWaves);
      assert.deepEqual(plan.pruneWaves, expected.pruneWaves ?? []);
      assert.deepEqual(plan.invalid, expected.invalid ?? []);
    });
  }
});

describe("validation", { skip: withoutData }, () => {
  for (const { name, apply, prune = [], expected } of recorded("ordering/validation.yaml")) {
    test(name, () => {
      const plan = planWaves({ apply, prune, scopeOf: scopeOfKnown(apply) });
      assert.equal(plan.error, expected.error);
      assert.deepEqual(plan.applyWaves, expected.applyWaves);
      assert.deepEqual(plan.invalid, expected.invalid ?? []);
    });
  }
});

describe("depends-on annotations", { skip: withoutData }, () => {
  for (const { value, refs, error } of recorded("ordering/depends-on-syntax.yaml")) {
    test(JSON.stringify(value), () => {
      if (error === undefined) assert.deepEqual(parseDependsOn(value), refs);
      else {
        assert.throws(() => parseDependsOn(value), {
          message: error.replace('invalid "config.kubernetes.io/depends-on" annotation: ', ""),
        });
      }
    });
  }
});

const objects = fc
  .array(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map(needs =>
    needs.map((targets, index): JsonMap => {
      const names = targets.filter(target => target < index);
      const value = names.map(target => `/namespaces/ns/ConfigMap/c${target}`).join(",");
      const metadata: JsonMap = { name: `c${index}`, namespace: "ns" };
      if (value !== "") metadata["annotations"] = { "config.kubernetes.io/depends-on": value };
      return { apiVersion: "v1", kind: "ConfigMap", metadata };
    }),
  );

test("waves are a topological order, and deletion is its reverse", () => {
  fc.assert(
    fc.property(objects, list => {
      const applied = planRun({ apply: list, prune: [] });
      const at = new Map(applied.applyWaves.flatMap((wave, index) => wave.map(one => [one.key, index])));
      assert.equal(at.size, list.length);
      for (const edges of applied.graph.needs.values()) {
        for (const { from, to } of edges) assert.ok((at.get(to.key) ?? 0) < (at.get(from.key) ?? 0));
      }
      const names = (waves: { key: string }[][]): string[][] => waves.map(wave => wave.map(one => one.key));
      const deleted = planRun({ apply: [], prune: list });
      assert.deepEqual(
        names(deleted.pruneWaves),
        names(applied.applyWaves)
          .map(wave => wave.reverse())
          .reverse(),
      );
    }),
  );
});

test("found references order objects, unless they contradict what is declared", () => {
  const claim: JsonMap = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "c", namespace: "ns" },
  };
  const pod = (annotations: JsonMap): JsonMap => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns", annotations },
    spec: { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] },
  });
  const waves = (apply: JsonMap[], references: boolean) =>
    planWaves({ apply, prune: [], references }).applyWaves;
  const both = ["ns_c__PersistentVolumeClaim", "ns_p__Pod"];
  assert.deepEqual(waves([pod({}), claim], false), [both]);
  assert.deepEqual(
    waves([pod({}), claim], true),
    both.map(name => [name]),
  );
  const contrary: JsonMap = {
    ...claim,
    metadata: {
      name: "c",
      namespace: "ns",
      annotations: { "config.kubernetes.io/depends-on": "/namespaces/ns/Pod/p" },
    },
  };
  assert.deepEqual(waves([pod({}), contrary], true), [["ns_p__Pod"], ["ns_c__PersistentVolumeClaim"]]);
});
