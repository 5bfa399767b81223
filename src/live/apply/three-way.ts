import type { Json, JsonMap } from "../../core/json.ts";
import { compareBytes, emptyMap, equalJson, isMap, mapOf } from "../../core/json.ts";

/** How the server merges the value of a field when it is sent a strategic merge patch. */
export interface FieldRule {
  /** Lists only: items are merged one by one, maps by this key, scalars by value where it is absent. */
  merge: boolean;
  key?: string | undefined;
  /** Fields of the map that the patch doesn't name go away (deployment strategies, volumes). */
  retainKeys?: boolean;
}

/** The rule of the field at a path of names; list items add nothing to the path. Without rules lists are replaced. */
export type PatchRules = (path: readonly string[]) => FieldRule | undefined;

const noRules: PatchRules = () => undefined;

/**
 * What has to be sent so that the live object becomes what the user wants: everything that differs, and
 * the removal of what was applied the last time and is gone now. Fields of others stay as they are.
 * With rules the answer is a strategic merge patch, without them a JSON merge patch; `{}` is nothing to do.
 */
export function threeWayPatch(
  original: JsonMap | undefined,
  modified: JsonMap,
  live: JsonMap,
  rules: PatchRules | undefined,
): JsonMap {
  return diffMaps(original ?? emptyMap(), modified, live, rules ?? noRules, []);
}

function diffMaps(
  original: JsonMap,
  modified: JsonMap,
  live: JsonMap,
  rules: PatchRules,
  path: readonly string[],
): JsonMap {
  const patch = emptyMap();
  for (const [key, wanted] of Object.entries(modified)) {
    if (!Object.hasOwn(live, key)) {
      if (wanted !== null && !wasDropped(wanted, original, key)) patch[key] = wanted;
      continue;
    }
    const found = live[key] ?? null;
    const before = Object.hasOwn(original, key) ? (original[key] ?? null) : undefined;
    diffField({ patch, key, before, wanted, found, rules, path: [...path, key] });
  }
  for (const key of Object.keys(original)) {
    if (!Object.hasOwn(modified, key) && Object.hasOwn(live, key)) patch[key] = null;
  }
  return patch;
}

/** Servers leave empty collections out: one that was sent before and isn't there needs not be sent again. */
function wasDropped(wanted: Json, original: JsonMap, key: string): boolean {
  const isEmpty = typeof wanted === "object" && wanted !== null && Object.keys(wanted).length === 0;
  return isEmpty && Object.hasOwn(original, key) && equalJson(original[key], wanted);
}

interface FieldDiff {
  patch: JsonMap;
  key: string;
  before: Json | undefined;
  wanted: Json;
  found: Json;
  rules: PatchRules;
  path: readonly string[];
}

function diffField({ patch, key, before, wanted, found, rules, path }: FieldDiff): void {
  const rule = rules(path);
  if (isMap(wanted) && isMap(found)) {
    const inner = diffMaps(isMap(before) ? before : emptyMap(), wanted, found, rules, path);
    if (Object.keys(inner).length === 0) return;
    if (rule?.retainKeys) inner["$retainKeys"] = Object.keys(wanted).sort(compareBytes);
    patch[key] = inner;
  } else if (Array.isArray(wanted) && Array.isArray(found) && rule?.merge) {
    const list = { original: Array.isArray(before) ? before : [], wanted, found };
    if (rule.key === undefined) diffScalars(patch, key, list);
    else diffItems(patch, key, list, rule, rules, path);
  } else if (!equalJson(wanted, found)) {
    patch[key] = wanted;
  }
}

interface Lists {
  original: Json[];
  wanted: Json[];
  found: Json[];
}

function diffScalars(patch: JsonMap, key: string, { original, wanted, found }: Lists): void {
  const added = wanted.filter(value => !found.includes(value));
  const removed = original.filter(value => !wanted.includes(value) && found.includes(value));
  if (added.length === 0 && removed.length === 0) return;
  if (added.length > 0) patch[key] = added;
  if (removed.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = removed;
  patch[`$setElementOrder/${key}`] = wanted;
}

function diffItems(
  patch: JsonMap,
  key: string,
  lists: Lists,
  rule: FieldRule & { key?: string | undefined },
  rules: PatchRules,
  path: readonly string[],
): void {
  const mergeKey = rule.key ?? "";
  const wanted = indexItems(lists.wanted, mergeKey);
  const found = indexItems(lists.found, mergeKey);
  if (wanted === undefined || found === undefined) {
    // Items that share a key, or have none, can't be told apart by the server: the list is sent whole.
    if (!equalJson(lists.wanted, lists.found)) patch[key] = [mapOf([["$patch", "replace"]]), ...lists.wanted];
    return;
  }
  const original = indexItems(lists.original, mergeKey) ?? new Map<string, JsonMap>();
  const items: Json[] = [];
  for (const [name, item] of wanted) {
    const present = found.get(name);
    if (present === undefined) {
      items.push(item);
      continue;
    }
    const inner = diffMaps(original.get(name) ?? emptyMap(), item, present, rules, path);
    if (Object.keys(inner).length === 0) continue;
    if (rule.retainKeys) inner["$retainKeys"] = Object.keys(item).sort(compareBytes);
    inner[mergeKey] = item[mergeKey] ?? null;
    items.push(inner);
  }
  for (const [name, item] of original) {
    if (wanted.has(name) || !found.has(name)) continue;
    items.push(
      mapOf([
        ["$patch", "delete"],
        [mergeKey, item[mergeKey] ?? null],
      ]),
    );
  }
  const kept = [...wanted.keys()].filter(name => found.has(name));
  const order = [...found.keys()].filter(name => wanted.has(name));
  const moved = kept.some((name, index) => name !== order[index]);
  if (items.length === 0 && !moved) return;
  if (items.length > 0) patch[key] = items;
  patch[`$setElementOrder/${key}`] = [...wanted.values()].map(item =>
    mapOf([[mergeKey, item[mergeKey] ?? null]]),
  );
}

/** Items by the text of their merge key; undefined where a key is missing or comes twice. */
function indexItems(items: readonly Json[], mergeKey: string): Map<string, JsonMap> | undefined {
  const index = new Map<string, JsonMap>();
  for (const item of items) {
    if (!isMap(item)) return undefined;
    const value = item[mergeKey];
    if (value === undefined || value === null || typeof value === "object") return undefined;
    const name = String(value);
    if (index.has(name)) return undefined;
    index.set(name, item);
  }
  return index;
}
