import { emptyMap, isMap, type Json, type JsonMap, textAt, valueAt } from "../core/json.ts";

/** The metadata of an object that has some; an object without gets a fresh one. */
export function metadataOf(object: JsonMap): JsonMap {
  const found = object["metadata"];
  if (isMap(found)) return found;
  const fresh = emptyMap();
  object["metadata"] = fresh;
  return fresh;
}

export function nameOf(object: JsonMap): string {
  return textAt(object, "metadata", "name") ?? "";
}

export function namespaceOf(object: JsonMap): string {
  return textAt(object, "metadata", "namespace") ?? "";
}

export function uidOf(object: JsonMap): string {
  return textAt(object, "metadata", "uid") ?? "";
}

export function numberAt(value: Json | undefined, ...path: readonly (string | number)[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function generationOf(object: JsonMap): number {
  return numberAt(object, "metadata", "generation") ?? 0;
}

export function isBeingDeleted(object: JsonMap): boolean {
  return textAt(object, "metadata", "deletionTimestamp") !== undefined;
}

/** A map of texts, such as labels; anything else in it is left out. */
export function textMapAt(value: Json | undefined, ...path: readonly string[]): Map<string, string> {
  const found = valueAt(value, ...path);
  const texts = new Map<string, string>();
  if (!isMap(found)) return texts;
  for (const [key, text] of Object.entries(found)) {
    if (typeof text === "string") texts.set(key, text);
  }
  return texts;
}

export function finalizersOf(object: JsonMap): string[] {
  return textsAt(object, "metadata", "finalizers");
}

export function textsAt(value: Json | undefined, ...path: readonly (string | number)[]): string[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.filter(item => typeof item === "string") : [];
}

export function mapsAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonMap[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.filter(isMap) : [];
}

/** The reference of the owner that manages the object. */
export function controllerOf(object: JsonMap): JsonMap | undefined {
  return mapsAt(object, "metadata", "ownerReferences").find(owner => owner["controller"] === true);
}

const topOrder = ["kind", "apiVersion", "metadata", "spec", "data", "binaryData", "stringData", "status"];
const topKeys = new Set(topOrder);
const metadataOrder = [
  "name",
  "generateName",
  "namespace",
  "selfLink",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "ownerReferences",
  "finalizers",
  "managedFields",
];

/**
 * A deep copy that may be changed. The record of field owners is shared: it is replaced, never changed.
 */
export function changeable(object: JsonMap): JsonMap {
  const result = emptyMap();
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (key === "metadata" && isMap(value)) result[key] = inOrder(value, metadataOrder);
    else keep(result, key, value);
  }
  return result;
}

/** A deep copy without inherited keys, its fields in the order in which an API server prints them. */
export function ordered(object: JsonMap): JsonMap {
  const result = emptyMap();
  for (const key of topOrder) {
    const value = object[key];
    if (value === undefined) continue;
    result[key] = key === "metadata" && isMap(value) ? inOrder(value, metadataOrder) : bare(value);
  }
  for (const key of Object.keys(object)) if (!topKeys.has(key)) keep(result, key, object[key]);
  return result;
}

function inOrder(map: JsonMap, order: readonly string[]): JsonMap {
  const result = emptyMap();
  for (const key of order) {
    const value = map[key];
    if (value === undefined || !Object.hasOwn(map, key)) continue;
    result[key] = key === "managedFields" ? value : bare(value);
  }
  for (const key of Object.keys(map)) {
    if (!order.includes(key)) keep(result, key, map[key]);
  }
  return result;
}

function keep(result: JsonMap, key: string, value: Json | undefined): void {
  if (value !== undefined) result[key] = bare(value);
}

/** A deep copy of null-prototype maps; undefined fields vanish as they do in JSON. */
export function bare(value: Json): Json {
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? Number(value) : value;
  if (Array.isArray(value)) return value.map(bare);
  const result = emptyMap();
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item !== undefined) result[key] = typeof item === "object" ? bare(item) : item;
  }
  return result;
}

export function bareMap(value: JsonMap): JsonMap {
  const result = bare(value);
  return isMap(result) ? result : emptyMap();
}

/** A field of a map that is a map itself; put there when missing. */
export function childMap(map: JsonMap, key: string): JsonMap {
  const found = map[key];
  if (isMap(found)) return found;
  const fresh = emptyMap();
  map[key] = fresh;
  return fresh;
}

/** Removes the field of a map when its value is empty, so that no `{}` is left behind. */
export function dropEmpty(map: JsonMap, key: string): void {
  const value = map[key];
  if (Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0)
    delete map[key];
}
