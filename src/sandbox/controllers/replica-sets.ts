import { type JsonMap, textAt } from "../../core/json.ts";
import { ApiError } from "../api-error.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { generationOf, isBeingDeleted, mapsAt, numberAt, textMapAt } from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { conditionOf, setCondition } from "./conditions.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import { recordEvent } from "./events.ts";
import {
  controlled,
  controllerKey,
  controllerManager,
  hasEnded,
  isReady,
  mustType,
  podFrom,
  setCounts,
  writeStatus,
} from "./objects.ts";

/** Keeps as many pods as ReplicaSets and ReplicationControllers ask for. */
export const replicaSetController: Controller = {
  name: "replica-sets",
  concerns(change, cluster) {
    const { collection } = change.entry;
    if (collection === replicaSets || collection === "replicationcontrollers") return [keyOfChange(change)];
    if (collection === "serviceaccounts" && change.type === "ADDED")
      return shortOfPods(change.entry.namespace, cluster);
    if (collection !== "pods") return [];
    return [
      ...controllerKey(change, "ReplicaSet", replicaSets),
      ...controllerKey(change, "ReplicationController", "replicationcontrollers"),
    ];
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(key.collection, key.namespace, key.name);
    if (entry === undefined) return undefined;
    const refusal = isBeingDeleted(entry.object) ? undefined : keepCount(entry, cluster);
    report(key, refusal, cluster);
    return refusal === undefined ? undefined : retryAfter;
  },
};

/** Sets whose pods may have waited for the account that came. */
function shortOfPods(namespace: string, cluster: Cluster): Key[] {
  return cluster.store
    .list(replicaSets, namespace)
    .filter(({ object }) => conditionOf(object, "ReplicaFailure") !== undefined)
    .map(({ name }) => ({ collection: replicaSets, namespace, name }));
}

export const replicaSets = "replicasets.apps";

/** Milliseconds until a refused pod is asked for again. */
const retryAfter = 5000;

/** Makes pods or takes some away; answers with the server's refusal if there was one. */
function keepCount(entry: Stored, cluster: Cluster): string | undefined {
  const set = entry.object;
  const wanted = numberAt(set, "spec", "replicas") ?? 1;
  const active = activePods(set, cluster);
  const pods = mustType("pods", cluster);
  for (let index = active.length; index < wanted; index++) {
    try {
      createObject(cluster, pods, entry.namespace, podFrom(set), { manager: controllerManager });
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      recordEvent(
        cluster,
        set,
        "Warning",
        "FailedCreate",
        `Error creating: ${thrown.message}`,
        "replicaset-controller",
      );
      return thrown.message;
    }
  }
  if (active.length <= wanted) return undefined;
  const doomed = active.sort((a, b) => worth(a) - worth(b)).slice(0, active.length - wanted);
  for (const pod of doomed) deleteObject(cluster, pods, pod.namespace, pod.name);
  return undefined;
}

function activePods(set: Parameters<typeof controlled>[1], cluster: Cluster): Stored[] {
  return controlled(cluster, set, "pods").filter(
    ({ object }) => !isBeingDeleted(object) && !hasEnded(object),
  );
}

/** Pods that do the least go first: unplaced, then not ready, then the youngest. */
function worth(pod: Stored): number {
  const placed = textAt(pod.object, "spec", "nodeName") === undefined ? 0 : 2;
  return (placed + (isReady(pod.object) ? 1 : 0)) * 1e12 - pod.revision;
}

function report(key: Key, refusal: string | undefined, cluster: Cluster): void {
  writeStatus(cluster, key, (status, set) => {
    const active = activePods(set, cluster);
    const ready = active.filter(({ object }) => isReady(object)).length;
    const template = textMapAt(set, "spec", "template", "metadata", "labels");
    const labeled = active.filter(({ object }) => {
      const labels = textMapAt(object, "metadata", "labels");
      return [...template].every(([name, value]) => labels.get(name) === value);
    }).length;
    setCounts(
      status,
      {
        replicas: active.length,
        fullyLabeledReplicas: labeled,
        readyReplicas: ready,
        availableReplicas: ready,
      },
      ["replicas"],
    );
    if (key.collection === replicaSets) {
      status["terminatingReplicas"] = controlled(cluster, set, "pods").filter(
        ({ object }) => isBeingDeleted(object) && !hasEnded(object),
      ).length;
    }
    status["observedGeneration"] = generationOf(set);
    const others = mapsAt(status, "conditions").filter(({ type }) => type !== "ReplicaFailure");
    if (refusal !== undefined) {
      const condition: JsonMap = {
        type: "ReplicaFailure",
        status: "True",
        reason: "FailedCreate",
        message: refusal,
      };
      setCondition(status, condition, timestamp(cluster.clock));
    } else if (others.length > 0) status["conditions"] = others;
    else delete status["conditions"];
  });
}
