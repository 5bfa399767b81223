import { KptError } from "../core/error.ts";
import { type Json, type JsonMap, mapOf } from "../core/json.ts";

const maxDepth = 500;

/** A plain value as JSON, checked once at the border: nothing else can be sent to a cluster. */
export function toJson(value: unknown, file: string, depth = 0): Json {
  if (depth > maxDepth) {
    throw new KptError("RESOURCE_INVALID", `${file}: values are nested deeper than ${maxDepth} levels`, {
      place: { file },
    });
  }
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (Array.isArray(value)) return value.map(item => toJson(item, file, depth + 1));
  if (typeof value === "object") {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return mapOf(entries.map(([key, item]) => [String(key), toJson(item, file, depth + 1)] as const));
  }
  throw new KptError("RESOURCE_INVALID", `${file}: a value of type ${typeof value} can't be applied`);
}

export function toJsonMap(value: unknown, file: string): JsonMap | undefined {
  const json = toJson(value, file);
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
}
