import type { Json, JsonMap } from "../../core/json.ts";
import { emptyMap, equalJson, isMap, listAt, mapAt, mapOf, textAt } from "../../core/json.ts";

/** The fields that a manager owns through server-side apply. */
export function appliedBy(entries: readonly JsonMap[], fieldManager: string): JsonMap | undefined {
  return entries.find(
    entry =>
      textAt(entry, "manager") === fieldManager &&
      textAt(entry, "operation") === "Apply" &&
      textAt(entry, "subresource") === undefined,
  );
}

/**
 * Whether server-side apply would change nothing: the manager owns exactly the fields of the object, and
 * each has its value. In doubt it would.
 */
export function isApplied(live: JsonMap, object: JsonMap, fieldManager: string): boolean {
  const own = appliedBy(listAt(live, "metadata", "managedFields").filter(isMap), fieldManager);
  const fields = mapAt(own, "fieldsV1");
  if (fields === undefined || textAt(own, "apiVersion") !== textAt(object, "apiVersion")) return false;
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const { name: ___, namespace: ____, ...owned } = isMap(metadata) ? metadata : emptyMap();
  const wanted = mapOf(Object.entries(rest));
  if (Object.keys(owned).length > 0) wanted["metadata"] = owned;
  return agrees(fields, wanted, live);
}

/** Whether a set of fields names exactly what is wanted, and that is there. */
function agrees(fields: Json | undefined, wanted: Json, live: Json | undefined): boolean {
  if (!isMap(fields)) return false;
  const names = Object.keys(fields).filter(name => name !== ".");
  if (names.length === 0) return equalJson(wanted, live);
  if (isMap(wanted)) {
    if (!isMap(live) || names.length !== Object.keys(wanted).length) return false;
    return Object.entries(wanted).every(([key, value]) => agrees(fields[`f:${key}`], value, live[key]));
  }
  if (!Array.isArray(wanted) || !Array.isArray(live) || names.length !== wanted.length) return false;
  return names.every(name => {
    const key = keyOf(name);
    if (key === undefined) return false;
    const isIt = (item: Json): boolean =>
      name.startsWith("v:")
        ? equalJson(item, key)
        : isMap(item) &&
          isMap(key) &&
          Object.entries(key).every(([part, value]) => equalJson(item[part], value));
    const item = wanted.find(isIt);
    return item !== undefined && agrees(fields[name], item, live.find(isIt));
  });
}

/** What a list's item is known by: `k:{"name":"web"}` or `v:"text"`. */
function keyOf(name: string): Json | undefined {
  if (!name.startsWith("k:") && !name.startsWith("v:")) return undefined;
  try {
    return JSON.parse(name.slice(2)) as Json;
  } catch {
    return undefined;
  }
}
