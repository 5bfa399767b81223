import type { JsonMap } from "../../core/json.ts";
import { isMap, listAt, mapAt, textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import type { Actuation, Reconcile } from "../plan/filters/filter.ts";
import { keyOf } from "../plan/identity.ts";

export const inventoryIdLabel = "cli-utils.sigs.k8s.io/inventory-id";
export const resourceGroupVersion = "kpt.dev/v1alpha1";

/** The inventory as the package names it. */
export interface LocalInventory {
  name: string;
  namespace: string;
  id: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** One object in the inventory of the cluster, and how it fared in the last run. */
export interface InventoryEntry {
  id: ResourceId;
  strategy: "Apply" | "Delete";
  actuation: Actuation;
  reconcile: Reconcile;
}

/** What the cluster remembers about a package. */
export interface ClusterInventory {
  object: JsonMap;
  name: string;
  namespace: string;
  id: string;
  ids: ResourceId[];
}

export function isResourceGroup(object: JsonMap): boolean {
  return textAt(object, "kind") === "ResourceGroup" && textAt(object, "apiVersion") === resourceGroupVersion;
}

export function readResourceGroup(object: JsonMap): ClusterInventory {
  return {
    object,
    name: textAt(object, "metadata", "name") ?? "",
    namespace: textAt(object, "metadata", "namespace") ?? "",
    id: textAt(object, "metadata", "labels", inventoryIdLabel) ?? "",
    ids: listAt(object, "spec", "resources").filter(isMap).map(readId),
  };
}

export function resourceList(ids: readonly ResourceId[]): JsonMap[] {
  return ids.map(idFields);
}

/** What the cluster has on record about how these objects fared. */
export function recordedStatuses(object: JsonMap, ids: readonly ResourceId[]): JsonMap[] {
  if (ids.length === 0) return [];
  const keys = new Set(ids.map(keyOf));
  return listAt(object, "status", "resourceStatuses")
    .filter(isMap)
    .filter(item => keys.has(keyOf(readId(item))));
}

function readId(item: JsonMap): ResourceId {
  return {
    group: textAt(item, "group") ?? "",
    kind: textAt(item, "kind") ?? "",
    namespace: textAt(item, "namespace") ?? "",
    name: textAt(item, "name") ?? "",
  };
}

export function statusList(entries: readonly InventoryEntry[]): JsonMap[] {
  return entries.map(({ id, strategy, actuation, reconcile }) => ({
    ...idFields(id),
    status: "Unknown",
    strategy,
    actuation,
    reconcile,
  }));
}

function idFields({ group, kind, namespace, name }: ResourceId): JsonMap {
  return { group, kind, namespace, name };
}

/** The text values of a map of labels or annotations. */
export function textMap(object: JsonMap, field: "labels" | "annotations"): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(mapAt(object, "metadata", field) ?? {})) {
    if (typeof value === "string") found[key] = value;
  }
  return found;
}
