import { compactJson, equalJson, isMap, type JsonMap, textAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { bareMap, childMap, generationOf, isBeingDeleted, mapsAt, nameOf, numberAt } from "../kube-object.ts";
import { hashWord } from "../names.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import {
  controlled,
  controllerKey,
  controllerManager,
  controllerReference,
  hasEnded,
  isReady,
  mustType,
  podFrom,
  setCounts,
  writeStatus,
} from "./objects.ts";

const statefulSets = "statefulsets.apps";
const revisions = "controllerrevisions.apps";
const revisionLabel = "controller-revision-hash";

/** Pods with names of their own, one after another: pkg/controller/statefulset. */
export const statefulSetController: Controller = {
  name: "stateful-sets",
  concerns(change) {
    if (change.entry.collection === statefulSets) return [keyOfChange(change)];
    return change.entry.collection === "pods" ? controllerKey(change, "StatefulSet", statefulSets) : [];
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(statefulSets, key.namespace, key.name);
    if (entry === undefined) return undefined;
    if (!isBeingDeleted(entry.object)) {
      const target = currentRevision(entry, cluster);
      bringAbout(entry, target, cluster);
    }
    report(key, cluster);
    return undefined;
  },
};

/** The ControllerRevision of the template as it is now, made when there is none. */
function currentRevision(entry: Stored, cluster: Cluster): string {
  const template = isMap(entry.object["spec"]) ? (entry.object["spec"]["template"] ?? null) : null;
  const data = { spec: { template } };
  const owned = controlled(cluster, entry.object, revisions);
  const same = owned.find(({ object }) => equalJson(object["data"], data));
  if (same !== undefined) return same.name;
  const name = `${entry.name}-${hashWord(compactJson(data))}`;
  const last = Math.max(0, ...owned.map(({ object }) => numberAt(object, "revision") ?? 0));
  createObject(
    cluster,
    mustType(revisions, cluster),
    entry.namespace,
    {
      metadata: {
        name,
        labels: childMap(
          childMap(bareMap(childMap(bareMap(entry.object), "spec")), "selector"),
          "matchLabels",
        ),
        ownerReferences: [controllerReference(entry.object)],
      },
      data,
      revision: last + 1,
    },
    { manager: controllerManager },
  );
  return name;
}

function ordinalOf(pod: Stored): number {
  return Number(/-(\d+)$/.exec(pod.name)?.[1] ?? -1);
}

function bringAbout(entry: Stored, target: string, cluster: Cluster): void {
  const set = entry.object;
  const wanted = numberAt(set, "spec", "replicas") ?? 1;
  const first = numberAt(set, "spec", "ordinals", "start") ?? 0;
  const parallel = textAt(set, "spec", "podManagementPolicy") === "Parallel";
  const pods = controlled(cluster, set, "pods").sort((a, b) => ordinalOf(a) - ordinalOf(b));
  const byOrdinal = new Map(pods.map(pod => [ordinalOf(pod), pod]));
  for (let ordinal = first; ordinal < first + wanted; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      createPod(entry, ordinal, target, cluster);
      if (!parallel) return;
    } else if (hasEnded(pod.object) && !isBeingDeleted(pod.object)) {
      deleteObject(cluster, mustType("pods", cluster), pod.namespace, pod.name);
      return;
    } else if (!parallel && (isBeingDeleted(pod.object) || !isReady(pod.object))) return;
  }
  const surplus = pods.filter(pod => ordinalOf(pod) >= first + wanted).reverse();
  for (const pod of surplus) {
    if (!isBeingDeleted(pod.object))
      deleteObject(cluster, mustType("pods", cluster), pod.namespace, pod.name);
    if (!parallel) return;
  }
  replaceOutdated(set, pods, target, cluster);
}

function replaceOutdated(set: JsonMap, pods: Stored[], target: string, cluster: Cluster): void {
  if (textAt(set, "spec", "updateStrategy", "type") === "OnDelete") return;
  const partition = numberAt(set, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  for (const pod of [...pods].reverse()) {
    if (ordinalOf(pod) < partition) return;
    if (isBeingDeleted(pod.object)) return;
    if (textAt(pod.object, "metadata", "labels", revisionLabel) !== target) {
      deleteObject(cluster, mustType("pods", cluster), pod.namespace, pod.name);
      return;
    }
    if (!isReady(pod.object)) return;
  }
}

function createPod(entry: Stored, ordinal: number, target: string, cluster: Cluster): void {
  const set = entry.object;
  const name = `${entry.name}-${ordinal}`;
  const pod = bareMap(
    podFrom(set, {
      [revisionLabel]: target,
      "apps.kubernetes.io/pod-index": String(ordinal),
      "statefulset.kubernetes.io/pod-name": name,
    }),
  );
  const metadata = childMap(pod, "metadata");
  metadata["name"] = name;
  const spec = childMap(pod, "spec");
  spec["hostname"] = name;
  const service = textAt(set, "spec", "serviceName");
  if (service !== undefined && service !== "") spec["subdomain"] = service;
  const templates = mapsAt(set, "spec", "volumeClaimTemplates");
  const volumes = mapsAt(spec, "volumes");
  for (const template of templates) {
    const volume = nameOf(template);
    const claimName = `${volume}-${name}`;
    if (cluster.store.get("persistentvolumeclaims", entry.namespace, claimName) === undefined) {
      const labels = childMap(childMap(bareMap(childMap(bareMap(set), "spec")), "selector"), "matchLabels");
      createObject(
        cluster,
        mustType("persistentvolumeclaims", cluster),
        entry.namespace,
        { metadata: { name: claimName, labels }, spec: template["spec"] ?? {} },
        { manager: controllerManager },
      );
    }
    volumes.push({ name: volume, persistentVolumeClaim: { claimName } });
  }
  if (volumes.length > 0) spec["volumes"] = volumes;
  createObject(cluster, mustType("pods", cluster), entry.namespace, pod, { manager: controllerManager });
}

function report(key: Key, cluster: Cluster): void {
  writeStatus(cluster, key, (status, set) => {
    const pods = controlled(cluster, set, "pods").filter(({ object }) => !hasEnded(object));
    const owned = controlled(cluster, set, revisions).sort(
      (a, b) => (numberAt(a.object, "revision") ?? 0) - (numberAt(b.object, "revision") ?? 0),
    );
    const update = owned.at(-1)?.name ?? "";
    const current = textAt(status, "currentRevision") ?? update;
    const at = (name: string): number =>
      pods.filter(({ object }) => textAt(object, "metadata", "labels", revisionLabel) === name).length;
    const ready = pods.filter(({ object }) => isReady(object) && !isBeingDeleted(object)).length;
    const wanted = numberAt(set, "spec", "replicas") ?? 1;
    const rolledOut = at(update) === wanted && ready === wanted && pods.length === wanted;
    const settled = rolledOut ? update : current;
    status["observedGeneration"] = generationOf(set);
    setCounts(
      status,
      {
        replicas: pods.length,
        readyReplicas: ready,
        currentReplicas: at(settled),
        updatedReplicas: at(update),
        availableReplicas: ready,
      },
      ["replicas", "availableReplicas"],
    );
    status["currentRevision"] = settled;
    status["updateRevision"] = update;
    status["collisionCount"] = 0;
  });
}
