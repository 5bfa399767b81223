import type { Json, JsonMap } from "../../core/json.ts";
import { cloneJson, emptyMap, equalJson, isMap } from "../../core/json.ts";
import type { FieldRule, PatchRules } from "./three-way.ts";

/** What a server makes of a live object and a patch (strategic with rules, JSON merge without). */
export function patched(live: JsonMap, patch: JsonMap, rules: PatchRules | undefined): JsonMap {
  return mergeMaps(cloneJson(live), patch, rules ?? (() => undefined), []);
}

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

function mergeMaps(target: JsonMap, patch: JsonMap, rules: PatchRules, path: readonly string[]): JsonMap {
  const retained = patch["$retainKeys"];
  if (Array.isArray(retained)) {
    for (const key of Object.keys(target)) if (!retained.includes(key)) delete target[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) {
      const list = target[key.slice(deletePrefix.length)];
      if (!Array.isArray(list) || !Array.isArray(value)) continue;
      target[key.slice(deletePrefix.length)] = list.filter(item => !value.includes(item));
    }
    if (key.startsWith("$")) continue;
    const inner = [...path, key];
    if (value === null) delete target[key];
    else if (isMap(value)) {
      const known = target[key];
      target[key] = mergeMaps(isMap(known) ? known : emptyMap(), value, rules, inner);
    } else if (Array.isArray(value) && rules(inner)?.merge) {
      const known = target[key];
      target[key] = mergeLists(Array.isArray(known) ? known : [], value, rules(inner), rules, inner);
    } else target[key] = cloneJson(value);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix) || !Array.isArray(order)) continue;
    const name = key.slice(orderPrefix.length);
    const list = target[name];
    if (Array.isArray(list)) target[name] = ordered(list, order, rules([...path, name]));
  }
  return target;
}

function mergeLists(
  target: Json[],
  patch: readonly Json[],
  rule: FieldRule | undefined,
  rules: PatchRules,
  path: readonly string[],
): Json[] {
  const isReplacement = patch.some(item => isMap(item) && item["$patch"] === "replace");
  const mergeKey = rule?.key;
  const items = patch.filter(item => !(isMap(item) && item["$patch"] === "replace"));
  if (isReplacement) return items.map(item => cloneJson(item));
  let list = [...target];
  for (const item of items) {
    if (mergeKey === undefined || !isMap(item)) {
      if (!list.some(known => equalJson(known, item))) list.push(cloneJson(item));
      continue;
    }
    const at = list.findIndex(known => isMap(known) && equalJson(known[mergeKey], item[mergeKey]));
    if (item["$patch"] === "delete") list = list.filter((_, index) => index !== at);
    else if (at < 0) list.push(mergeMaps(emptyMap(), item, rules, path));
    else {
      const known = list[at];
      list[at] = mergeMaps(isMap(known) ? known : emptyMap(), item, rules, path);
    }
  }
  return list;
}

/** Named items in their order; what the order doesn't name stays behind the one it followed. */
function ordered(list: readonly Json[], order: readonly Json[], rule: FieldRule | undefined): Json[] {
  const mergeKey = rule?.key;
  const same = (item: Json, wanted: Json): boolean =>
    mergeKey === undefined || !isMap(item) || !isMap(wanted)
      ? equalJson(item, wanted)
      : equalJson(item[mergeKey], wanted[mergeKey]);
  const named = order.flatMap(wanted => list.filter(item => same(item, wanted)));
  const rest = list.filter(item => !order.some(wanted => same(item, wanted)));
  return [...named, ...rest];
}
