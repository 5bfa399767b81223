import type { Schema } from "../../core/schema/schema.ts";

/** What a JSON schema made from Kubernetes' OpenAPI finds wrong; each function words it its own way. */
export type Finding =
  | { says: "missing"; path: Path; names: string[] }
  | { says: "additional"; path: Path; names: string[] }
  | { says: "type"; path: Path; got: JsonType; want: JsonType[] }
  | { says: "neither"; path: Path; got: JsonType };

export type Path = readonly (string | number)[];
export type JsonType = "null" | "boolean" | "number" | "integer" | "string" | "array" | "object";

// A path this deep only comes from types that contain themselves (JSON schemas in CRDs).
const deepest = 200;

/**
 * Checks as the published schemas do: every field that is not required may be null; in strict mode, objects
 * with known fields have no others. Per object: missing fields, then what is wrong below, then extra fields.
 */
export function check(value: unknown, schema: Schema, strict: boolean): Finding[] {
  const found: Finding[] = [];
  checkNode(value, schema, { strict, optional: true, path: [], found });
  return found;
}

interface State {
  strict: boolean;
  optional: boolean;
  path: (string | number)[];
  found: Finding[];
}

function checkNode(value: unknown, schema: Schema, state: State): void {
  const { path, found } = state;
  if (path.length > deepest) return;
  const got = typeOf(value);
  if (schema.intOrString || schema.quantity) {
    if (got !== "string" && got !== "number" && got !== "integer" && got !== "null")
      found.push({ says: "neither", path: [...path], got });
    return;
  }
  if (schema.type !== undefined && !isOfType(got, schema.type)) {
    if (got === "null" && state.optional) return;
    const want: JsonType[] = state.optional ? ["null", schema.type] : [schema.type];
    found.push({ says: "type", path: [...path], got, want });
    return;
  }
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [i, item] of value.entries()) below(item, schema.items, i, true, state);
  } else if (got === "object") {
    checkObject(value, schema, state);
  }
}

function checkObject(value: unknown, schema: Schema, state: State): void {
  const { path, found } = state;
  const { properties, additionalProperties } = schema;
  const required = schema.required ?? [];
  const fields = new Map(Object.entries(value ?? {}));
  const missing = required.filter(name => !fields.has(name));
  if (missing.length > 0) found.push({ says: "missing", path: [...path], names: missing });
  const additional: string[] = [];
  for (const [name, field] of fields) {
    const property = properties?.get(name);
    if (property !== undefined) below(field, property, name, !required.includes(name), state);
    else if (typeof additionalProperties === "object") below(field, additionalProperties, name, true, state);
    else if (state.strict && properties !== undefined && !schema.preserveUnknownFields) additional.push(name);
  }
  if (additional.length > 0) found.push({ says: "additional", path: [...path], names: additional });
}

function below(value: unknown, schema: Schema, step: string | number, optional: boolean, state: State): void {
  state.path.push(step);
  checkNode(value, schema, { ...state, optional });
  state.path.pop();
}

function typeOf(value: unknown): JsonType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "bigint":
      return "integer";
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    case "string":
      return "string";
    default:
      return "object";
  }
}

function isOfType(got: JsonType, want: JsonType): boolean {
  return got === want || (got === "integer" && want === "number");
}
