import { schemaOf } from "../core/schema/lookup.ts";
import type { Schema } from "../core/schema/schema.ts";
import type { ResourceType } from "./resource-names.ts";

const whole: Schema = { type: "string" };

/** The schema of metadata, the same for all kinds. */
export function metadataSchema(): Schema {
  return (
    schemaOf("v1", "ConfigMap")?.properties?.get("metadata") ?? {
      type: "object",
      preserveUnknownFields: true,
    }
  );
}

/** The schema that fields, merges and defaults of a kind follow; undefined where nothing is known. */
export function schemaOfType(type: ResourceType): Schema | undefined {
  if (type.custom === undefined) return schemaOf(type.groupVersion, type.kind);
  const schema = type.custom.schema;
  if (schema === undefined) return undefined;
  return withMetadata(schema);
}

const completed = new WeakMap<Schema, Schema>();

/** A definition's schema says nothing about apiVersion, kind and metadata; they are as everywhere. */
function withMetadata(schema: Schema): Schema {
  let result = completed.get(schema);
  if (result === undefined) {
    const properties = new Map(schema.properties ?? []);
    properties.set("apiVersion", whole);
    properties.set("kind", whole);
    properties.set("metadata", metadataSchema());
    result = { ...schema, properties };
    completed.set(schema, result);
  }
  return result;
}
