import { emptyMap, isMap, type Json, type JsonMap } from "../../core/json.ts";

/** RFC 7386: maps are merged, null removes, anything else replaces. */
export function applyMergePatch(target: Json | undefined, patch: JsonMap): JsonMap {
  const result = emptyMap();
  if (isMap(target)) {
    for (const [key, value] of Object.entries(target)) result[key] = value;
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (isMap(value)) result[key] = applyMergePatch(result[key], value);
    else result[key] = value;
  }
  return result;
}
