import { isMap, type JsonMap, textAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { childMap, controllerOf, mapsAt, nameOf, uidOf } from "../kube-object.ts";
import { tryUpdate } from "../registry/update.ts";
import type { ResourceType } from "../resource-names.ts";
import type { Change, Stored } from "../store.ts";
import type { Key } from "./controller.ts";
import { typeOf } from "./garbage.ts";

export const controllerManager = "kube-controller-manager";

export function mustType(collection: string, cluster: Cluster): ResourceType {
  const type = typeOf(collection, cluster);
  if (type === undefined) throw new Error(`no kind is served as ${collection}`);
  return type;
}

/** Rewrites the status of an object; an unchanged one costs no revision. */
export function writeStatus(
  cluster: Cluster,
  key: Key,
  change: (status: JsonMap, object: JsonMap) => void,
  manager = controllerManager,
): JsonMap | undefined {
  return tryUpdate(
    cluster,
    mustType(key.collection, cluster),
    key.namespace,
    key.name,
    live => {
      change(childMap(live, "status"), live);
      return live;
    },
    { manager, subresource: "status" },
  );
}

export function writeSpec(
  cluster: Cluster,
  key: Key,
  change: (object: JsonMap) => void,
  manager = controllerManager,
): JsonMap | undefined {
  return tryUpdate(
    cluster,
    mustType(key.collection, cluster),
    key.namespace,
    key.name,
    live => {
      change(live);
      return live;
    },
    { manager },
  );
}

export function controllerReference(owner: JsonMap): JsonMap {
  return {
    apiVersion: textAt(owner, "apiVersion") ?? "",
    kind: textAt(owner, "kind") ?? "",
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** What an object controls, of one kind. */
export function controlled(cluster: Cluster, owner: JsonMap, collection: string): Stored[] {
  const uid = uidOf(owner);
  return cluster.store
    .dependentsOf(uid)
    .filter(entry => entry.collection === collection && controllerOf(entry.object)?.["uid"] === uid);
}

/** The object that controls the changed one, if it is of this kind. */
export function controllerKey(change: Change, kind: string, collection: string): Key[] {
  const owner = controllerOf(change.entry.object);
  if (owner?.["kind"] !== kind) return [];
  return [{ collection, namespace: change.entry.namespace, name: String(owner["name"]) }];
}

export function isReady(pod: JsonMap): boolean {
  return mapsAt(pod, "status", "conditions").some(
    ({ type, status }) => type === "Ready" && status === "True",
  );
}

export function phaseOf(object: JsonMap): string {
  return textAt(object, "status", "phase") ?? "";
}

export function hasEnded(pod: JsonMap): boolean {
  const phase = phaseOf(pod);
  return phase === "Succeeded" || phase === "Failed";
}

/** The template of an owner as a new pod of its. */
export function podFrom(owner: JsonMap, extraLabels: JsonMap = {}): JsonMap {
  const spec = isMap(owner["spec"]) ? owner["spec"] : {};
  const template = isMap(spec["template"]) ? spec["template"] : {};
  const metadata = isMap(template["metadata"]) ? template["metadata"] : {};
  const labels = isMap(metadata["labels"]) ? metadata["labels"] : {};
  const annotations = metadata["annotations"];
  return {
    metadata: {
      generateName: `${nameOf(owner)}-`,
      labels: { ...labels, ...extraLabels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template["spec"] ?? {},
  };
}

/** A count or a percentage of a whole. */
export function portion(value: unknown, whole: number, roundUp: boolean): number {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  if (percent === undefined) return 0;
  const exact = (Number(percent) * whole) / 100;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}

/** Sets counters of a status; those that are zero stay away where Go would leave them out. */
export function setCounts(
  status: JsonMap,
  counts: Record<string, number>,
  keepZero: readonly string[] = [],
): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== 0 || keepZero.includes(name)) status[name] = count;
    else delete status[name];
  }
}
