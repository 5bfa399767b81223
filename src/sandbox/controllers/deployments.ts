import { isMap, type JsonMap, textAt } from "../../core/json.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { bareMap, childMap, isBeingDeleted, metadataOf, nameOf, numberAt } from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { conditionOf } from "./conditions.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import {
  deployments,
  maxSurge,
  maxUnavailable,
  revision,
  revisionOf,
  setsOf,
  sum,
  templateHash,
} from "./deployment-sets.ts";
import { deadline, report, setDeploymentCondition } from "./deployment-status.ts";
import {
  controlled,
  controllerKey,
  controllerManager,
  controllerReference,
  mustType,
  writeSpec,
  writeStatus,
} from "./objects.ts";
import { replicaSets } from "./replica-sets.ts";

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
