import { isMap, type JsonMap } from "../../core/json.ts";
import { defaultGrace, orphansByDefault } from "../admission/strategies.ts";
import { conflict, invalid, notFound, notSupported } from "../api-error.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import {
  bareMap,
  childMap,
  finalizersOf,
  generationOf,
  isBeingDeleted,
  mapsAt,
  metadataOf,
  numberAt,
  uidOf,
} from "../kube-object.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";
import type { Stored } from "../store.ts";

export interface DeleteOptions {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  propagationPolicy?: string | undefined;
  gracePeriodSeconds?: number | undefined;
  dryRun?: boolean;
}

export interface Removed {
  /** The object as it is now, or as it was last. */
  object: JsonMap;
  /** False while finalizers or a grace period hold it. */
  gone: boolean;
}

const definitions = "customresourcedefinitions.apiextensions.k8s.io";

/** Holds a definition until its instances are gone. */
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

const policies = ["Foreground", "Background", "Orphan"];

/** Deletes an object, or marks it for those who have to let go of it first. */
export function deleteObject(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  name: string,
  options: DeleteOptions = {},
): Removed {
  const collection = collectionOf(type);
  const policy = options.propagationPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
      notSupported("propagationPolicy", policy, [...policies, "nil"]),
    ]);
  }
  const entry = cluster.store.get(collection, namespace, name);
  if (entry === undefined) throw notFound(type, name);
  checkPreconditions(entry, type, options);
  const object = bareMap(entry.object);
  const finalizers = finalizersAfter(finalizersOf(object), type, policy);
  if (collection === definitions && !finalizers.includes(cleanupFinalizer)) finalizers.push(cleanupFinalizer);
  const grace = graceOf(object, type, options.gracePeriodSeconds);
  const holds = finalizers.length > 0 || grace > 0 || hasContent(object, type);
  if (!holds) {
    if (options.dryRun === true) return { object, gone: true };
    const last = cluster.store.remove(collection, namespace, name);
    return { object: last?.object ?? object, gone: true };
  }
  mark(object, finalizers, grace, cluster, type);
  if (options.dryRun === true) return { object, gone: false };
  const unchanged = JSON.stringify(object) === cluster.store.textOf(entry);
  return { object: unchanged ? entry.object : cluster.store.put(collection, object).object, gone: false };
}

function checkPreconditions(entry: Stored, type: ResourceType, options: DeleteOptions): void {
  const kind = { group: type.group, plural: type.kind };
  const uid = uidOf(entry.object);
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      kind,
      entry.name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  const version = String(entry.revision);
  if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
    throw conflict(
      kind,
      entry.name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`,
    );
  }
}

function finalizersAfter(present: string[], type: ResourceType, policy: string | undefined): string[] {
  const others = present.filter(name => name !== "orphan" && name !== "foregroundDeletion");
  const orphan =
    policy === "Orphan" ||
    (policy === undefined &&
      (present.includes("orphan") || (orphansByDefault(type) && !present.includes("foregroundDeletion"))));
  const foreground =
    policy === "Foreground" || (policy === undefined && present.includes("foregroundDeletion"));
  if (orphan) return [...others, "orphan"];
  return foreground ? [...others, "foregroundDeletion"] : others;
}

/** Seconds that are left to it; zero when it may end at once. */
function graceOf(object: JsonMap, type: ResourceType, asked: number | undefined): number {
  const wanted = defaultGrace(object, type, asked);
  if (wanted === undefined) return 0;
  if (!isBeingDeleted(object)) return wanted;
  const left = numberAt(object, "metadata", "deletionGracePeriodSeconds") ?? 0;
  return asked === undefined ? left : Math.min(left, asked);
}

function hasContent(object: JsonMap, type: ResourceType): boolean {
  if (collectionOf(type) !== "namespaces") return false;
  const finalizers = isMap(object["spec"]) ? object["spec"]["finalizers"] : undefined;
  return Array.isArray(finalizers) && finalizers.length > 0;
}

function mark(
  object: JsonMap,
  finalizers: string[],
  grace: number,
  cluster: Cluster,
  type: ResourceType,
): void {
  const metadata = metadataOf(object);
  if (finalizers.length > 0) metadata["finalizers"] = finalizers;
  else delete metadata["finalizers"];
  if (collectionOf(type) === "namespaces") childMap(object, "status")["phase"] = "Terminating";
  const first = !isBeingDeleted(object);
  if (first && collectionOf(type) === definitions) {
    metadata["deletionTimestamp"] = timestamp(cluster.clock);
    const now = timestamp(cluster.clock);
    const message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    const conditions = mapsAt(object, "status", "conditions");
    childMap(object, "status")["conditions"] = [
      ...conditions,
      {
        type: "Terminating",
        status: "True",
        lastTransitionTime: now,
        reason: "InstanceDeletionPending",
        message,
      },
    ];
    return;
  }
  if (first) {
    const due = { ...cluster.clock, now: () => cluster.clock.now() + grace * 1000 };
    metadata["deletionTimestamp"] = timestamp(due);
    if (generationOf(object) > 0) metadata["generation"] = generationOf(object) + 1;
  }
  if (collectionOf(type) === "namespaces") return;
  if (first || grace < (numberAt(metadata, "deletionGracePeriodSeconds") ?? 0)) {
    metadata["deletionGracePeriodSeconds"] = grace;
  }
}
