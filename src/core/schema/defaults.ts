import { isMap } from "../json.ts";
import type { Schema } from "./schema.ts";

/**
 * The value with the schema's defaults filled in, as an API server does before it stores an object: absent
 * fields get their default, and so do nulls where null is not allowed. The value given stays as it is;
 * unchanged parts are shared.
 */
export function defaultsFor(value: unknown, schema: Schema): unknown {
  return fill(value, schema, 0);
}

const deepest = 500;

function fill(value: unknown, schema: Schema, depth: number): unknown {
  if (depth > deepest) return value;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const filled = value.map(item => fill(item, items, depth + 1));
    return filled.every((item, i) => item === value[i]) ? value : filled;
  }
  if (!isMap(value)) return value;
  const changes = new Map<string, unknown>();
  for (const [name, property] of schema.properties ?? []) {
    if (property.default === undefined) continue;
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === undefined || (given === null && !property.nullable)) {
      changes.set(name, fill(copy(property.default), property, depth + 1));
    }
  }
  const extra = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  for (const name of Object.keys(value)) {
    if (changes.has(name)) continue;
    const property = schema.properties?.get(name) ?? extra;
    if (property === undefined) continue;
    const filled = fill(value[name], property, depth + 1);
    if (filled !== value[name]) changes.set(name, filled);
  }
  if (changes.size === 0) return value;
  const result = Object.create(null);
  for (const name of Object.keys(value)) result[name] = value[name];
  for (const [name, changed] of changes) result[name] = changed;
  return result;
}

/** Defaults are shared by every object of their kind: nobody may get hold of the original. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null) return value;
  const result = Object.create(null);
  for (const [key, item] of Object.entries(value)) result[key] = copy(item);
  return result;
}
