import type { Json, JsonMap } from "../../core/json.ts";
import { compareBytes, equalJson, isMap } from "../../core/json.ts";

/** A leaf that differs; one side is undefined where the field is only on the other. */
export interface FieldChange {
  path: readonly string[];
  before: Json | undefined;
  after: Json | undefined;
}

// What servers write by themselves says nothing about what a user changes.
const serverOwned = new Set([
  "status",
  "metadata\nmanagedFields",
  "metadata\nresourceVersion",
  "metadata\ngeneration",
  "metadata\nuid",
  "metadata\ncreationTimestamp",
  "metadata\nselfLink",
  "metadata\nannotations\nkubectl.kubernetes.io/last-applied-configuration",
]);

/** The fields in which two versions of an object differ, sorted by path. */
export function changedFields(before: JsonMap | undefined, after: JsonMap | undefined): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(before, after, [], changes);
  return changes.sort((a, b) => compareBytes(a.path.join("\n"), b.path.join("\n")));
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
  changes: FieldChange[],
): void {
  if (serverOwned.has(path.join("\n")) || equalJson(before, after)) return;
  const left = fieldsOf(before);
  const right = fieldsOf(after);
  // A whole collection that comes or goes is told leaf by leaf, unless it is empty.
  if ((left === undefined && before !== undefined) || (right === undefined && after !== undefined)) {
    changes.push({ path, before, after });
    return;
  }
  const keys = new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])]);
  if (keys.size === 0) {
    changes.push({ path, before, after });
    return;
  }
  for (const key of keys) compare(left?.get(key), right?.get(key), [...path, key], changes);
}

function fieldsOf(value: Json | undefined): Map<string, Json> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [String(index), item]));
  return isMap(value) ? new Map(Object.entries(value)) : undefined;
}
