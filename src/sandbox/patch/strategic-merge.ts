import { emptyMap, equalJson, isMap, type Json, type JsonMap } from "../../core/json.ts";
import { type Schema, schemaAt } from "../../core/schema/schema.ts";

// k8s.io/apimachinery/pkg/util/strategicpatch: merge patches that know which lists are maps in disguise.

/** A patch that contradicts itself or the schema. */
export class BadStrategicPatch extends Error {}

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

/** Merges a strategic patch into an object. What is not touched is shared with the object. */
export function applyStrategicPatch(object: JsonMap, patch: JsonMap, schema: Schema | undefined): JsonMap {
  return mergeMaps(object, patch, schema);
}

function mergeMaps(original: JsonMap, patch: JsonMap, schema: Schema | undefined): JsonMap {
  const directive = patch["$patch"];
  if (directive === "replace") return withoutDirectives(omit(patch, "$patch"));
  if (directive === "delete") return emptyMap();
  if (directive !== undefined && directive !== "merge") {
    throw new BadStrategicPatch(
      `unknown patch type: ${String(directive)} in map: map[$patch:${String(directive)}]`,
    );
  }
  const result = retain(original, patch["$retainKeys"]);
  const lists = new Set<string>();
  for (const [key, value] of Object.entries(patch)) {
    if (key === "$patch" || key === "$retainKeys") continue;
    if (key.startsWith(orderPrefix)) lists.add(key.slice(orderPrefix.length));
    else if (key.startsWith(deletePrefix)) lists.add(key.slice(deletePrefix.length));
    else if (Array.isArray(value)) lists.add(key);
    else mergeField(result, key, value, schema);
  }
  for (const key of lists) mergeListField(result, original, patch, key, schemaAt(schema, key));
  return result;
}

function retain(original: JsonMap, keys: Json | undefined): JsonMap {
  const result = emptyMap();
  for (const [key, value] of Object.entries(original)) {
    if (keys === undefined || (Array.isArray(keys) && keys.includes(key))) result[key] = value;
  }
  return result;
}

function mergeField(result: JsonMap, key: string, value: Json, schema: Schema | undefined): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const present = result[key];
  const field = schemaAt(schema, key);
  if (!isMap(value)) result[key] = value;
  else if (isMap(present) && field?.patchStrategy?.includes("replace") !== true) {
    result[key] = mergeMaps(present, value, field);
  } else result[key] = withoutDirectives(value);
}

function mergeListField(
  result: JsonMap,
  original: JsonMap,
  patch: JsonMap,
  key: string,
  schema: Schema | undefined,
): void {
  const change = patch[key];
  const present = original[key];
  const removals = patch[`${deletePrefix}${key}`];
  const order = patch[`${orderPrefix}${key}`];
  const before = Array.isArray(present) ? present : [];
  if (schema?.patchStrategy?.includes("merge") !== true) {
    if (Array.isArray(change))
      result[key] = change.map(item => (isMap(item) ? withoutDirectives(item) : item));
    return;
  }
  if (change === null) return;
  const items = Array.isArray(change) ? change : [];
  const mergeKey = schema.patchMergeKey;
  if (items.some(item => isMap(item) && item["$patch"] === "replace" && isOnlyDirective(item, mergeKey))) {
    result[key] = items
      .filter(item => !(isMap(item) && item["$patch"] === "replace" && isOnlyDirective(item, mergeKey)))
      .map(item => (isMap(item) ? withoutDirectives(item) : item));
    return;
  }
  let merged: Json[];
  if (mergeKey === undefined) {
    const gone = Array.isArray(removals) ? removals : [];
    merged = before.filter(item => !gone.some(other => equalJson(item, other)));
    for (const item of items) if (!merged.some(other => equalJson(item, other))) merged.push(item);
  } else {
    merged = mergeKeyed(before, items, mergeKey, schema.items);
  }
  // Without a given order the patch's own counts: what it adds comes before what it does not mention.
  const given = items.filter(item => !(isMap(item) && item["$patch"] !== undefined));
  merged = inOrder(merged, Array.isArray(order) ? order : given, before, mergeKey);
  if (merged.length > 0 || present !== undefined || items.length > 0) result[key] = merged;
}

function isOnlyDirective(item: JsonMap, mergeKey: string | undefined): boolean {
  return mergeKey === undefined || !Object.hasOwn(item, mergeKey);
}

function mergeKeyed(before: Json[], items: Json[], mergeKey: string, itemSchema: Schema | undefined): Json[] {
  const merged = [...before];
  const keyOf = (item: Json): Json => {
    if (!isMap(item)) throw new BadStrategicPatch(`${JSON.stringify(item)} is not a map`);
    const key = item[mergeKey];
    if (key === undefined) {
      throw new BadStrategicPatch(
        `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`,
      );
    }
    return key;
  };
  const places = new Map<Json, number>();
  merged.forEach((item, index) => {
    if (isMap(item) && item[mergeKey] !== undefined && !places.has(item[mergeKey]))
      places.set(item[mergeKey], index);
  });
  const deleted = new Set<number>();
  for (const item of items) {
    const key = keyOf(item);
    if (!isMap(item)) continue;
    const place = places.get(key);
    const present = place === undefined ? undefined : merged[place];
    if (item["$patch"] === "delete") {
      merged.forEach((other, index) => {
        if (isMap(other) && other[mergeKey] === key) deleted.add(index);
      });
    } else if (place !== undefined && isMap(present) && !deleted.has(place)) {
      merged[place] = mergeMaps(present, item, itemSchema);
    } else {
      places.set(key, merged.length);
      merged.push(withoutDirectives(omit(item, "$patch")));
    }
  }
  return merged.filter((_, index) => !deleted.has(index));
}

/** Elements named by the patch come in its order; the others keep their place among those they were next to. */
function inOrder(merged: Json[], order: Json[], before: Json[], mergeKey: string | undefined): Json[] {
  const identify = (item: Json): Json =>
    mergeKey !== undefined && isMap(item) ? (item[mergeKey] ?? null) : item;
  const wanted = new Map<Json, number>();
  order.forEach((item, index) => {
    wanted.set(identify(item), index);
  });
  const served = new Map<Json, number>();
  before.forEach((item, index) => {
    served.set(identify(item), index);
  });
  const ours = merged
    .filter(item => wanted.has(identify(item)))
    .sort((a, b) => (wanted.get(identify(a)) ?? 0) - (wanted.get(identify(b)) ?? 0));
  const theirs = merged.filter(item => !wanted.has(identify(item)));
  const result: Json[] = [];
  let left = 0;
  for (const item of ours) {
    const place = served.get(identify(item));
    while (place !== undefined && left < theirs.length) {
      const other = theirs[left];
      const otherPlace = other === undefined ? undefined : served.get(identify(other));
      if (other === undefined || otherPlace === undefined || otherPlace > place) break;
      result.push(other);
      left++;
    }
    result.push(item);
  }
  return [...result, ...theirs.slice(left)];
}

/** A part of a patch that meets nothing: its nulls and directives have done their work. */
function withoutDirectives(patch: JsonMap): JsonMap {
  const result = emptyMap();
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key === "$patch" || key === "$retainKeys") continue;
    if (key.startsWith(orderPrefix) || key.startsWith(deletePrefix)) continue;
    if (isMap(value)) {
      if (value["$patch"] !== "delete") result[key] = withoutDirectives(value);
    } else if (Array.isArray(value)) {
      result[key] = value
        .filter(item => !(isMap(item) && (item["$patch"] === "delete" || isOnlyReplace(item))))
        .map(item => (isMap(item) ? withoutDirectives(item) : item));
    } else result[key] = value;
  }
  return result;
}

function isOnlyReplace(item: JsonMap): boolean {
  return item["$patch"] === "replace" && Object.keys(item).length === 1;
}

function omit(map: JsonMap, key: string): JsonMap {
  const result = emptyMap();
  for (const [name, value] of Object.entries(map)) if (name !== key) result[name] = value;
  return result;
}
