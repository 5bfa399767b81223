import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { computeStatus } from "../../src/live/status/status.ts";
import { statusTree } from "../../src/live/status/tree.ts";
import { StatusProblem } from "../../src/live/status/verdict.ts";
import { recorded, withoutData } from "./shared-data.ts";

const now = new Date("2026-01-01T12:00:00Z");

function dated<T>(value: T): T {
  const text = JSON.stringify(value).replace(/<NOW(?:-(\d+)S)?>/g, (_, seconds = "0") =>
    new Date(now.getTime() - Number(seconds) * 1000).toISOString(),
  );
  return JSON.parse(text);
}

describe("status of one object", { skip: withoutData }, () => {
  for (const file of ["compute-upstream", "compute-extra"]) {
    for (const { name, object, expected } of recorded(`kstatus/${file}.yaml`)) {
      test(name, () => {
        if (expected.error !== undefined) {
          assert.throws(() => computeStatus(dated(object), now), StatusProblem);
          return;
        }
        const { status, message, conditions } = computeStatus(dated(object), now);
        assert.deepEqual(
          { status, message, conditions },
          {
            status: expected.status,
            message: expected.message,
            conditions: expected.conditions.map((condition: object) => ({ message: "", ...condition })),
          },
        );
      });
    }
  }
});

describe("status with generated objects", { skip: withoutData }, () => {
  for (const { name, object, expected } of recorded("kstatus/readers.yaml")) {
    test(name, () => {
      const tree = statusTree(
        dated(object),
        (group, kind) => {
          throw new StatusProblem(`no matches for kind "${kind}" in group "${group}"`);
        },
        now,
      );
      assert.equal(tree.status, expected.status);
      assert.equal(tree.message, expected.message);
      assert.equal(tree.error, expected.error);
    });
  }
});

const podOf = (name: string, status: JsonMap): JsonMap => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns", labels: { app: "s" } },
  status,
});

test("a stateful set in progress fails with its crashing pods", () => {
  const set: JsonMap = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "s", namespace: "ns" },
    spec: { replicas: 2, selector: { matchLabels: { app: "s" } } },
    status: { replicas: 1 },
  };
  const crash: JsonMap = {
    phase: "Running",
    containerStatuses: [{ name: "c", state: { waiting: { reason: "CrashLoopBackOff" } } }],
  };
  const tree = statusTree(set, () => [podOf("s-0", crash), podOf("s-1", { phase: "Pending" })], now);
  assert.equal(tree.status, "Failed");
  assert.equal(tree.message, "1 pods have failed");
  assert.deepEqual(
    tree.generated.map(pod => `${pod.name} ${pod.status}`),
    ["s-0 Failed", "s-1 InProgress"],
  );
});

test("a deployment keeps its own status whatever its pods do", () => {
  const object: JsonMap = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", namespace: "ns" },
    spec: { selector: { matchLabels: { app: "s" } } },
  };
  const set: JsonMap = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "d-1", namespace: "ns", labels: { app: "s" } },
    spec: { selector: { matchLabels: { app: "s" } } },
  };
  const tree = statusTree(object, (_, kind) => (kind === "Pod" ? [podOf("p", {})] : [set]), now);
  assert.equal(tree.message, "Replicas: 0/1");
  assert.equal(tree.generated[0]?.generated[0]?.message, "Pod phase not available");
});
