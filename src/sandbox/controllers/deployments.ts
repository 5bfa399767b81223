import { compactJson, emptyMap, isMap, type Json, type JsonMap, textAt } from "../../core/json.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import {
  bareMap,
  childMap,
  generationOf,
  isBeingDeleted,
  mapsAt,
  metadataOf,
  nameOf,
  numberAt,
} from "../kube-object.ts";
import { hashWord } from "../names.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { conditionOf } from "./conditions.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import {
  controlled,
  controllerKey,
  controllerManager,
  controllerReference,
  mustType,
  portion,
  setCounts,
  writeSpec,
  writeStatus,
} from "./objects.ts";
import { replicaSets } from "./replica-sets.ts";

const deployments = "deployments.apps";
const revision = "deployment.kubernetes.io/revision";

/** Rolls Deployments out through ReplicaSets: pkg/controller/deployment. */
export const deploymentController: Controller = {
  name: "deployments",
  concerns(change) {
    if (change.entry.collection === deployments) return [keyOfChange(change)];
    return change.entry.collection === replicaSets ? controllerKey(change, "Deployment", deployments) : [];
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(deployments, key.namespace, key.name);
    if (entry === undefined) return undefined;
    if (!isBeingDeleted(entry.object)) rollOut(key, entry, cluster);
    report(key, cluster);
    return deadline(key, cluster);
  },
};

/** The label and name part that tells templates apart. */
export function templateHash(owner: JsonMap): string {
  const template = isMap(owner["spec"]) ? (owner["spec"]["template"] ?? null) : null;
  return hashWord(compactJson(withoutHash(template)));
}

function withoutHash(template: Json): Json {
  if (!isMap(template)) return template;
  const copy = bareMap(template);
  const labels = isMap(copy["metadata"]) ? copy["metadata"]["labels"] : undefined;
  if (isMap(labels)) delete labels["pod-template-hash"];
  return copy;
}

interface Sets {
  fresh: Stored | undefined;
  old: Stored[];
}

function setsOf(deployment: JsonMap, cluster: Cluster): Sets {
  const hash = templateHash(deployment);
  const sets = controlled(cluster, deployment, replicaSets);
  const fresh = sets.find(({ object }) => textAt(object, "metadata", "labels", "pod-template-hash") === hash);
  return { fresh, old: sets.filter(set => set !== fresh) };
}

function rollOut(key: Key, entry: Stored, cluster: Cluster): void {
  const deployment = entry.object;
  const wanted = numberAt(deployment, "spec", "replicas") ?? 1;
  const paused = isMap(deployment["spec"]) && deployment["spec"]["paused"] === true;
  let { fresh } = setsOf(deployment, cluster);
  const { old } = setsOf(deployment, cluster);
  noteWhetherPaused(key, deployment, paused, cluster);
  if (paused) {
    if (fresh !== undefined) scale(fresh, wanted, cluster);
    return;
  }
  const recreate = textAt(deployment, "spec", "strategy", "type") === "Recreate";
  if (recreate) {
    for (const set of old) scale(set, 0, cluster);
    if (old.some(set => hasPods(set, cluster))) return;
    fresh ??= create(key, deployment, old, wanted, cluster);
    scale(fresh, wanted, cluster);
  } else {
    const surge = maxSurge(deployment, wanted);
    if (fresh === undefined) {
      const room = Math.max(0, wanted + surge - sum(old, "spec", "replicas"));
      fresh = create(key, deployment, old, Math.min(wanted, old.length === 0 ? wanted : room), cluster);
    } else roll(fresh, old, wanted, surge, maxUnavailable(deployment, wanted), cluster);
  }
  forgetOld(deployment, cluster);
}

function noteWhetherPaused(key: Key, deployment: JsonMap, paused: boolean, cluster: Cluster): void {
  const reason = conditionOf(deployment, "Progressing")?.["reason"];
  if (paused === (reason === "DeploymentPaused")) return;
  if (isMap(deployment["spec"]) && deployment["spec"]["progressDeadlineSeconds"] === undefined) return;
  const condition: JsonMap = paused
    ? { type: "Progressing", status: "Unknown", reason: "DeploymentPaused", message: "Deployment is paused" }
    : {
        type: "Progressing",
        status: "Unknown",
        reason: "DeploymentResumed",
        message: "Deployment is resumed",
      };
  if (!paused && reason !== "DeploymentPaused") return;
  writeStatus(cluster, key, status => setDeploymentCondition(status, condition, timestamp(cluster.clock)));
}

function hasPods(set: Stored, cluster: Cluster): boolean {
  return controlled(cluster, set.object, "pods").length > 0;
}

function roll(
  fresh: Stored,
  old: Stored[],
  wanted: number,
  surge: number,
  unavailable: number,
  cluster: Cluster,
): void {
  const size = numberAt(fresh.object, "spec", "replicas") ?? 0;
  const total = size + sum(old, "spec", "replicas");
  if (size > wanted) {
    scale(fresh, wanted, cluster);
    return;
  }
  if (size < wanted) {
    const room = wanted + surge - total;
    if (room > 0) {
      scale(fresh, size + Math.min(room, wanted - size), cluster);
      return;
    }
  }
  const running = sum(old, "spec", "replicas");
  if (running === 0) return;
  const ready = numberAt(fresh.object, "status", "availableReplicas") ?? 0;
  let spare = total - (wanted - unavailable) - (size - ready);
  if (spare <= 0) return;
  const byAge = [...old].sort((a, b) => Number(revisionOf(a)) - Number(revisionOf(b)));
  // Those that are broken go first: they serve nobody.
  for (const set of byAge) {
    const count = numberAt(set.object, "spec", "replicas") ?? 0;
    const broken = Math.min(spare, count - (numberAt(set.object, "status", "availableReplicas") ?? 0));
    if (broken <= 0) continue;
    scale(set, count - broken, cluster);
    spare -= broken;
  }
  let excess = ready + sum(old, "status", "availableReplicas") - (wanted - unavailable);
  for (const set of byAge) {
    if (excess <= 0 || spare <= 0) return;
    const present = cluster.store.get(replicaSets, set.namespace, set.name);
    const count = numberAt(present?.object, "spec", "replicas") ?? 0;
    const less = Math.min(excess, count);
    if (less > 0) scale(set, count - less, cluster);
    excess -= less;
  }
}

function sum(sets: readonly Stored[], ...path: string[]): number {
  return sets.reduce((total, { object }) => total + (numberAt(object, ...path) ?? 0), 0);
}

function revisionOf(set: Stored): string {
  return textAt(set.object, "metadata", "annotations", revision) ?? "0";
}

function maxSurge(deployment: JsonMap, wanted: number): number {
  if (textAt(deployment, "spec", "strategy", "type") !== "RollingUpdate") return 0;
  return portion(rolling(deployment)["maxSurge"], wanted, true);
}

function maxUnavailable(deployment: JsonMap, wanted: number): number {
  if (textAt(deployment, "spec", "strategy", "type") !== "RollingUpdate" || wanted === 0) return 0;
  const count = portion(rolling(deployment)["maxUnavailable"], wanted, false);
  return Math.min(wanted, count === 0 && maxSurge(deployment, wanted) === 0 ? 1 : count);
}

function rolling(deployment: JsonMap): JsonMap {
  const spec = isMap(deployment["spec"]) ? deployment["spec"] : emptyMap();
  const strategy = isMap(spec["strategy"]) ? spec["strategy"] : emptyMap();
  return isMap(strategy["rollingUpdate"]) ? strategy["rollingUpdate"] : emptyMap();
}

function scale(set: Stored, replicas: number, cluster: Cluster): void {
  if (numberAt(set.object, "spec", "replicas") === replicas) return;
  writeSpec(cluster, set, live => {
    childMap(live, "spec")["replicas"] = replicas;
  });
}

function create(key: Key, deployment: JsonMap, old: Stored[], replicas: number, cluster: Cluster): Stored {
  const hash = templateHash(deployment);
  const name = `${nameOf(deployment)}-${hash}`;
  const number = String(1 + Math.max(0, ...old.map(set => Number(revisionOf(set)))));
  const wanted = numberAt(deployment, "spec", "replicas") ?? 1;
  const spec = bareMap(childMap(bareMap(deployment), "spec"));
  const template = childMap(spec, "template");
  childMap(childMap(template, "metadata"), "labels")["pod-template-hash"] = hash;
  const selector = childMap(spec, "selector");
  childMap(selector, "matchLabels")["pod-template-hash"] = hash;
  const object = createObject(
    cluster,
    mustType(replicaSets, cluster),
    key.namespace,
    {
      metadata: {
        name,
        labels: childMap(childMap(template, "metadata"), "labels"),
        annotations: {
          "deployment.kubernetes.io/desired-replicas": String(wanted),
          "deployment.kubernetes.io/max-replicas": String(wanted + maxSurge(deployment, wanted)),
          [revision]: number,
        },
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        selector,
        template,
        ...(spec["minReadySeconds"] === undefined ? {} : { minReadySeconds: spec["minReadySeconds"] }),
      },
    },
    { manager: controllerManager },
  );
  writeStatus(cluster, key, (status, live) => {
    childMap(metadataOf(live), "annotations")[revision] = number;
    setDeploymentCondition(
      status,
      {
        type: "Progressing",
        status: "True",
        reason: "NewReplicaSetCreated",
        message: `Created new replica set "${name}"`,
      },
      timestamp(cluster.clock),
    );
  });
  const stored = cluster.store.get(replicaSets, key.namespace, name);
  return stored ?? { collection: replicaSets, key: "", namespace: key.namespace, name, revision: 0, object };
}

/** Empty ReplicaSets beyond the history's limit go. */
function forgetOld(deployment: JsonMap, cluster: Cluster): void {
  const limit = numberAt(deployment, "spec", "revisionHistoryLimit") ?? 10;
  const { old } = setsOf(deployment, cluster);
  const idle = old
    .filter(
      ({ object }) =>
        numberAt(object, "spec", "replicas") === 0 && (numberAt(object, "status", "replicas") ?? 0) === 0,
    )
    .sort((a, b) => Number(revisionOf(a)) - Number(revisionOf(b)));
  for (const set of idle.slice(0, Math.max(0, idle.length - limit))) {
    deleteObject(cluster, mustType(replicaSets, cluster), set.namespace, set.name);
  }
}

/** As util.SetDeploymentCondition: an unchanged condition stays where it is, a changed one moves to the end. */
function setDeploymentCondition(status: JsonMap, condition: JsonMap, now: string): void {
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

function report(key: Key, cluster: Cluster): void {
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
function deadline(key: Key, cluster: Cluster): number | undefined {
  const entry = cluster.store.get(deployments, key.namespace, key.name);
  if (entry === undefined) return undefined;
  const due = dueAt(entry.object, conditionOf(entry.object, "Progressing"));
  return due === undefined ? undefined : Math.max(1000, due - cluster.clock.now());
}
