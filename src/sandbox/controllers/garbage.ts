import { type JsonMap, textAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { dropEmpty, finalizersOf, isBeingDeleted, mapsAt, metadataOf, uidOf } from "../kube-object.ts";
import { deleteObject } from "../registry/remove.ts";
import { tryUpdate } from "../registry/update.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";
import type { Stored } from "../store.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";

/** Deletes what has lost its owners, and settles foreground and orphaning deletions. */
export const garbageCollector: Controller = {
  name: "garbage",
  concerns(change, cluster) {
    if (change.type === "DELETED") {
      const dependents = cluster.store.dependentsOf(uidOf(change.entry.object)).map(keyOfEntry);
      return [...dependents, ...ownersOf(change.entry.object, change.entry.namespace, cluster)];
    }
    const { object } = change.entry;
    const waits = finalizersOf(object).some(name => name === "orphan" || name === "foregroundDeletion");
    if (isBeingDeleted(object)) return waits ? [keyOfChange(change)] : [];
    return change.type === "ADDED" && mapsAt(object, "metadata", "ownerReferences").length > 0
      ? [keyOfChange(change)]
      : [];
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(key.collection, key.namespace, key.name);
    const type = entry === undefined ? undefined : typeOf(key.collection, cluster);
    if (entry === undefined || type === undefined) return undefined;
    if (isBeingDeleted(entry.object)) finish(entry, type, cluster);
    else if (mapsAt(entry.object, "metadata", "ownerReferences").length > 0) judge(entry, type, cluster);
    return undefined;
  },
};

function keyOfEntry({ collection, namespace, name }: Stored): Key {
  return { collection, namespace, name };
}

export function typeOf(collection: string, cluster: Cluster): ResourceType | undefined {
  return cluster.types.ofCollection(collection);
}

function ownerEntry(owner: JsonMap, namespace: string, cluster: Cluster): Stored | undefined {
  const type = cluster.types.findKind(textAt(owner, "apiVersion") ?? "", textAt(owner, "kind") ?? "");
  if (type === undefined) return undefined;
  const entry = cluster.store.get(
    collectionOf(type),
    type.namespaced ? namespace : "",
    textAt(owner, "name") ?? "",
  );
  return entry !== undefined && uidOf(entry.object) === owner["uid"] ? entry : undefined;
}

/** Owners that wait for this dependent to go. */
function ownersOf(object: JsonMap, namespace: string, cluster: Cluster): Key[] {
  return mapsAt(object, "metadata", "ownerReferences")
    .map(owner => ownerEntry(owner, namespace, cluster))
    .filter(entry => entry !== undefined)
    .filter(entry => finalizersOf(entry.object).includes("foregroundDeletion"))
    .map(keyOfEntry);
}

/** An object goes when none of its owners is left; one whose kind is unknown may still be there. */
function judge(entry: Stored, type: ResourceType, cluster: Cluster): void {
  const owners = mapsAt(entry.object, "metadata", "ownerReferences");
  const isGone = (owner: JsonMap): boolean => {
    const known = cluster.types.findKind(textAt(owner, "apiVersion") ?? "", textAt(owner, "kind") ?? "");
    return known !== undefined && ownerEntry(owner, entry.namespace, cluster) === undefined;
  };
  const gone = owners.filter(isGone);
  if (gone.length === 0) return;
  if (gone.length === owners.length) {
    const policy = finalizersOf(entry.object).includes("foregroundDeletion") ? "Foreground" : "Background";
    deleteObject(cluster, type, entry.namespace, entry.name, {
      uid: uidOf(entry.object),
      propagationPolicy: policy,
    });
    return;
  }
  tryUpdate(
    cluster,
    type,
    entry.namespace,
    entry.name,
    live => {
      const metadata = metadataOf(live);
      metadata["ownerReferences"] = mapsAt(metadata, "ownerReferences").filter(owner => !isGone(owner));
      return live;
    },
    { manager: "kube-controller-manager" },
  );
}

function finish(entry: Stored, type: ResourceType, cluster: Cluster): void {
  const finalizers = finalizersOf(entry.object);
  const uid = uidOf(entry.object);
  const dependents = cluster.store.dependentsOf(uid);
  if (finalizers.includes("orphan")) {
    for (const dependent of dependents) release(dependent, uid, cluster);
    dropFinalizer(entry, type, "orphan", cluster);
    return;
  }
  if (!finalizers.includes("foregroundDeletion")) return;
  for (const dependent of dependents) {
    const dependentType = typeOf(dependent.collection, cluster);
    if (dependentType === undefined || isBeingDeleted(dependent.object)) continue;
    deleteObject(cluster, dependentType, dependent.namespace, dependent.name, {
      propagationPolicy: "Foreground",
    });
  }
  const blocking = cluster.store
    .dependentsOf(uid)
    .some(({ object }) =>
      mapsAt(object, "metadata", "ownerReferences").some(
        owner => owner["uid"] === uid && owner["blockOwnerDeletion"] === true,
      ),
    );
  if (!blocking) dropFinalizer(entry, type, "foregroundDeletion", cluster);
}

function release(dependent: Stored, uid: string, cluster: Cluster): void {
  const type = typeOf(dependent.collection, cluster);
  if (type === undefined) return;
  tryUpdate(
    cluster,
    type,
    dependent.namespace,
    dependent.name,
    live => {
      const metadata = metadataOf(live);
      metadata["ownerReferences"] = mapsAt(metadata, "ownerReferences").filter(owner => owner["uid"] !== uid);
      dropEmpty(metadata, "ownerReferences");
      return live;
    },
    { manager: "kube-controller-manager" },
  );
}

function dropFinalizer(entry: Stored, type: ResourceType, finalizer: string, cluster: Cluster): void {
  tryUpdate(
    cluster,
    type,
    entry.namespace,
    entry.name,
    live => {
      const metadata = metadataOf(live);
      metadata["finalizers"] = finalizersOf(live).filter(name => name !== finalizer);
      dropEmpty(metadata, "finalizers");
      return live;
    },
    { manager: "kube-controller-manager" },
  );
}
