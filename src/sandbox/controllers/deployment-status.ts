import { type JsonMap, textAt } from "../../core/json.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { generationOf, mapsAt, numberAt } from "../kube-object.ts";
import type { Stored } from "../store.ts";
import { conditionOf } from "./conditions.ts";
import type { Key } from "./controller.ts";
import { deployments, maxUnavailable, setsOf, sum } from "./deployment-sets.ts";
import { setCounts, writeStatus } from "./objects.ts";

/** As util.SetDeploymentCondition: an unchanged condition stays where it is, a changed one moves to the end. */
export function setDeploymentCondition(status: JsonMap, condition: JsonMap, now: string): void {
  const list = mapsAt(status, "conditions");
  const present = list.find(({ type }) => type === condition["type"]);
  if (
    present !== undefined &&
    present["status"] === condition["status"] &&
    present["reason"] === condition["reason"]
  ) {
    return;
  }
  const same = present !== undefined && present["status"] === condition["status"];
  const { type, status: value, reason, message } = condition;
  const fresh: JsonMap = {
    type: type ?? "",
    status: value ?? "",
    lastUpdateTime: now,
    lastTransitionTime: same ? (present["lastTransitionTime"] ?? now) : now,
    reason: reason ?? "",
    message: message ?? "",
  };
  status["conditions"] = [...list.filter(item => item["type"] !== condition["type"]), fresh];
}

/** Writes what a Deployment has come to, with the conditions in the words of its controller. */
export function report(key: Key, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  writeStatus(cluster, key, (status, deployment) => {
    const { fresh, old } = setsOf(deployment, cluster);
    const all = fresh === undefined ? old : [...old, fresh];
    const wanted = numberAt(deployment, "spec", "replicas") ?? 1;
    const before = {
      updated: numberAt(status, "updatedReplicas") ?? 0,
      ready: numberAt(status, "readyReplicas") ?? 0,
      available: numberAt(status, "availableReplicas") ?? 0,
      old: (numberAt(status, "replicas") ?? 0) - (numberAt(status, "updatedReplicas") ?? 0),
    };
    const total = sum(all, "status", "replicas");
    const available = sum(all, "status", "availableReplicas");
    const updated = numberAt(fresh?.object, "status", "replicas") ?? 0;
    const ready = sum(all, "status", "readyReplicas");
    status["observedGeneration"] = generationOf(deployment);
    setCounts(status, {
      replicas: total,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sum(all, "spec", "replicas") - available),
    });
    status["terminatingReplicas"] = sum(all, "status", "terminatingReplicas");
    const enough = available >= wanted - maxUnavailable(deployment, wanted);
    setDeploymentCondition(
      status,
      enough
        ? {
            type: "Available",
            status: "True",
            reason: "MinimumReplicasAvailable",
            message: "Deployment has minimum availability.",
          }
        : {
            type: "Available",
            status: "False",
            reason: "MinimumReplicasUnavailable",
            message: "Deployment does not have minimum availability.",
          },
      now,
    );
    passFailureOn(status, all, now);
    const progressing = mapsAt(status, "conditions").find(({ type }) => type === "Progressing");
    const settled = total === updated && progressing?.["reason"] === "NewReplicaSetAvailable";
    if (settled || fresh === undefined) return;
    const complete = updated === wanted && total === wanted && available === wanted;
    const moved =
      updated > before.updated ||
      total - updated < before.old ||
      ready > before.ready ||
      available > before.available;
    if (complete) {
      setDeploymentCondition(
        status,
        {
          type: "Progressing",
          status: "True",
          reason: "NewReplicaSetAvailable",
          message: `ReplicaSet "${fresh.name}" has successfully progressed.`,
        },
        now,
      );
    } else if (moved) {
      const list = mapsAt(status, "conditions").filter(({ type }) => type !== "Progressing");
      const kept = progressing?.["status"] === "True" ? (progressing["lastTransitionTime"] ?? now) : now;
      status["conditions"] = [
        ...list,
        {
          type: "Progressing",
          status: "True",
          lastUpdateTime: now,
          lastTransitionTime: kept,
          reason: "ReplicaSetUpdated",
          message: `ReplicaSet "${fresh.name}" is progressing.`,
        },
      ];
    } else if (isOverdue(deployment, progressing, cluster)) {
      setDeploymentCondition(
        status,
        {
          type: "Progressing",
          status: "False",
          reason: "ProgressDeadlineExceeded",
          message: `ReplicaSet "${fresh.name}" has timed out progressing.`,
        },
        now,
      );
    }
  });
}

/** A ReplicaSet that cannot make its pods shows in the Deployment, too. */
function passFailureOn(status: JsonMap, sets: readonly Stored[], now: string): void {
  const failure = sets
    .map(({ object }) => conditionOf(object, "ReplicaFailure"))
    .find(condition => condition?.["status"] === "True");
  if (failure === undefined) {
    const list = mapsAt(status, "conditions");
    const others = list.filter(({ type }) => type !== "ReplicaFailure");
    if (others.length !== list.length) status["conditions"] = others;
  } else setDeploymentCondition(status, failure, now);
}

function dueAt(deployment: JsonMap, progressing: JsonMap | undefined): number | undefined {
  const seconds = numberAt(deployment, "spec", "progressDeadlineSeconds");
  const since = textAt(progressing, "lastUpdateTime");
  const done = progressing?.["reason"] === "NewReplicaSetAvailable" || progressing?.["status"] !== "True";
  return seconds === undefined || since === undefined || done
    ? undefined
    : Date.parse(since) + seconds * 1000;
}

function isOverdue(deployment: JsonMap, progressing: JsonMap | undefined, cluster: Cluster): boolean {
  const due = dueAt(deployment, progressing);
  return due !== undefined && cluster.clock.now() >= due;
}

/** Milliseconds until a rollout that does not move counts as failed. */
export function deadline(key: Key, cluster: Cluster): number | undefined {
  const entry = cluster.store.get(deployments, key.namespace, key.name);
  if (entry === undefined) return undefined;
  const due = dueAt(entry.object, conditionOf(entry.object, "Progressing"));
  return due === undefined ? undefined : Math.max(1000, due - cluster.clock.now());
}
