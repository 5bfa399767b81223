import { isMap, type Json, type JsonMap } from "../../core/json.ts";
import { defaultsFor } from "../../core/schema/defaults.ts";
import type { Schema } from "../../core/schema/schema.ts";
import { validateObject } from "../../core/schema/validate.ts";
import type { FieldError } from "../api-error.ts";
import type { ResourceType } from "../resource-names.ts";

/** Drops what the schema does not know and fills in its defaults, in place. Answers with the paths that were dropped. */
export function admitCustomObject(object: JsonMap, type: ResourceType, _live: JsonMap | undefined): string[] {
  const schema = type.custom?.schema;
  if (schema === undefined) return [];
  const dropped = pruneCustomObject(object, schema);
  const filled: unknown = defaultsFor(object, schema);
  if (filled !== object && isMap(filled)) {
    for (const [key, value] of Object.entries(filled)) object[key] = value;
  }
  return dropped;
}

const always = new Set(["apiVersion", "kind", "metadata"]);

/** Removes fields without a place in the schema; their paths are the answer. */
export function pruneCustomObject(object: JsonMap, schema: Schema): string[] {
  const dropped: string[] = [];
  prune(object, schema, "", true, dropped);
  return dropped;
}

function prune(
  value: Json,
  schema: Schema | undefined,
  at: string,
  isRoot: boolean,
  dropped: string[],
): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      prune(item, schema.items, `${at}[${index}]`, false, dropped);
    });
    return;
  }
  if (!isMap(value)) return;
  const whole = isRoot || schema.embeddedResource === true;
  const extra = schema.additionalProperties;
  for (const [key, field] of Object.entries(value)) {
    if (whole && always.has(key)) continue;
    const path = at === "" ? key : `${at}.${key}`;
    const known = schema.properties?.get(key);
    if (known !== undefined) prune(field, known, path, false, dropped);
    else if (typeof extra === "object") prune(field, extra, path, false, dropped);
    else if (extra !== true && schema.preserveUnknownFields !== true) {
      delete value[key];
      dropped.push(path);
    }
  }
}

const reasons = {
  invalid: "FieldValueInvalid",
  required: "FieldValueRequired",
  unsupported: "FieldValueNotSupported",
  duplicate: "FieldValueDuplicate",
  "too-many": "FieldValueTooMany",
  "too-long": "FieldValueTooLong",
  type: "FieldValueTypeInvalid",
  unknown: "FieldValueInvalid",
} as const;

/** What the schema of a definition has against an object. */
export function validateCustomObject(object: JsonMap, type: ResourceType, statusOnly: boolean): FieldError[] {
  const schema = type.custom?.schema;
  if (schema === undefined) return [];
  return validateObject(object, schema)
    .filter(({ path }) => !statusOnly || path[0] === "status")
    .map(({ type: kind, field, message }) => {
      const prefix = `${field}: `;
      return {
        reason: reasons[kind],
        field,
        message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
      };
    });
}
