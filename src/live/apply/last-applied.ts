import type { Json, JsonMap } from "../../core/json.ts";
import { cloneJson, compactJson, isMap, mapAt, mapOf, textAt } from "../../core/json.ts";
import { owningInventory } from "../plan/filters/inventory-policy.ts";

export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** The object as it is sent: with its owner. */
export function withOwner(object: JsonMap, inventoryId: string): JsonMap {
  return withAnnotation(object, owningInventory, inventoryId);
}

/** What client-side apply remembers in the object itself: everything the user said, and nothing else. */
export function withLastApplied(object: JsonMap): JsonMap {
  const plain = withoutAnnotation(object, lastAppliedAnnotation);
  return withAnnotation(plain, lastAppliedAnnotation, `${compactJson(plain)}\n`);
}

/** What the user said the last time; undefined where nobody remembers. */
export function lastApplied(live: JsonMap): JsonMap | undefined {
  const text = textAt(live, "metadata", "annotations", lastAppliedAnnotation);
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function withoutAnnotation(object: JsonMap, key: string): JsonMap {
  if (textAt(object, "metadata", "annotations", key) === undefined) return object;
  const copy = cloneJson(object);
  const annotations = mapAt(copy, "metadata", "annotations");
  if (annotations !== undefined) delete annotations[key];
  return copy;
}

export function withAnnotation(object: JsonMap, key: string, value: string): JsonMap {
  const metadata = mapAt(object, "metadata") ?? {};
  const annotations = mapAt(metadata, "annotations") ?? {};
  return mapOf([
    ...Object.entries(object),
    [
      "metadata",
      mapOf([
        ...Object.entries(metadata),
        ["annotations", mapOf([...Object.entries(annotations), [key, value]])],
      ]),
    ],
  ]);
}

/** Fields that say nothing: servers would refuse some of them in a new object. */
export function withoutNulls(value: JsonMap): JsonMap {
  const strip = (inner: Json): Json => {
    if (Array.isArray(inner)) return inner.map(strip);
    if (!isMap(inner)) return inner;
    return mapOf(
      Object.entries(inner)
        .filter(([, item]) => item !== null)
        .map(([key, item]) => [key, strip(item)] as const),
    );
  };
  const stripped = strip(value);
  return isMap(stripped) ? stripped : value;
}
