import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonMap } from "../../core/json.ts";
import { vertex } from "../plan/graph.ts";
import { knowsCause, reasonsOf } from "../status/reasons.ts";
import { statusTree } from "../status/tree.ts";
import { explain } from "./explain.ts";
import { newItem } from "./item.ts";

const now = new Date("2026-01-01T00:00:00Z");

const deployment: JsonMap = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "ns", uid: "u" },
  spec: { selector: { matchLabels: { app: "web" } } },
  status: {
    conditions: [
      { type: "Available", status: "False", message: "Deployment does not have minimum availability." },
      { type: "Progressing", status: "True", message: "all is well" },
    ],
  },
};

const replicaSet: JsonMap = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: "web-1", namespace: "ns", labels: { app: "web" } },
  spec: { selector: { matchLabels: { app: "web" } } },
};

const pod = (status: JsonMap): JsonMap => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1-x", namespace: "ns", labels: { app: "web" } },
  status,
});

function explained(status: JsonMap, ...heard: string[]): string | undefined {
  const item = { ...newItem(vertex(deployment, "apply"), "web.yaml"), uid: "u", heard };
  const tree = statusTree(deployment, (_, kind) => (kind === "Pod" ? [pod(status)] : [replicaSet]), now);
  return explain(item, tree);
}

const rows: [what: string, status: JsonMap, text: RegExp][] = [
  [
    "an image that can't be pulled",
    {
      phase: "Pending",
      containerStatuses: [
        { name: "main", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
      ],
    },
    /pod web-1-x: container main: ImagePullBackOff \(no such image\)$/,
  ],
  [
    "a container that crashes",
    {
      phase: "Running",
      containerStatuses: [
        {
          name: "main",
          state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting" } },
          lastState: { terminated: { exitCode: 3 } },
        },
      ],
    },
    /pod web-1-x: container main: CrashLoopBackOff \(exit code 3\)$/,
  ],
  [
    "a container that needs more memory than it may have",
    {
      phase: "Running",
      initContainerStatuses: [{ name: "first", state: { terminated: { exitCode: 0, reason: "Completed" } } }],
      containerStatuses: [
        {
          name: "main",
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { exitCode: 137, reason: "OOMKilled", message: "a\nb\n" } },
        },
      ],
    },
    /pod web-1-x: container main: CrashLoopBackOff \(OOMKilled, exit code 137, b\)$/,
  ],
  [
    "a pod that fits nowhere",
    {
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes available" },
      ],
    },
    /pod web-1-x: not scheduled: 0\/3 nodes available$/,
  ],
];

for (const [what, status, text] of rows) {
  test(`${what} is told with the pod's name`, () => {
    assert.match(explained(status) ?? "", text);
  });
}

test("conditions that are as they should be say nothing, a warning comes last", () => {
  assert.equal(
    explained({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] }, "quota exceeded"),
    "Replicas: 0/1; quota exceeded",
  );
});

test("a failure that a condition tells comes before what is merely missing", () => {
  const failing: JsonMap = {
    ...deployment,
    status: {
      conditions: [
        { type: "Available", status: "False", message: "not available" },
        { type: "ReplicaFailure", status: "True", message: "exceeded quota" },
      ],
    },
  };
  const tree = statusTree(failing, () => [], now);
  assert.deepEqual(reasonsOf(tree), ["Replicas: 0/1", "exceeded quota"]);
  assert.equal(knowsCause(tree), true);
  assert.equal(knowsCause(statusTree(deployment, () => [], now)), false);
});

test("a deletion that hangs names its finalizers", () => {
  const object: JsonMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "ns", finalizers: ["example.com/hold"] },
  };
  const tree = statusTree(object, () => [], now);
  assert.equal(
    explain(newItem(vertex(object, "delete"), ""), tree),
    "waits for the finalizers example.com/hold",
  );
});
