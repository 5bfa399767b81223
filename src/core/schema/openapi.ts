import type { PatchStrategy, Schema, SchemaRule, SchemaType } from "./schema.ts";

const types: ReadonlySet<string> = new Set(["object", "array", "string", "integer", "number", "boolean"]);
/** Deeper nesting than this in a hostile CRD is cut off; Kubernetes' own types stay below 30. */
const deepest = 200;

type Raw = { readonly [key: string]: unknown };

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(raw: Raw, key: string): unknown {
  return Object.hasOwn(raw, key) ? raw[key] : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : undefined;
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter(item => typeof item === "string") : undefined;
}

function isType(value: unknown): value is SchemaType {
  return typeof value === "string" && types.has(value);
}

function isListType(value: unknown): value is "atomic" | "set" | "map" {
  return value === "atomic" || value === "set" || value === "map";
}

function isStrategy(value: string): value is PatchStrategy {
  return value === "merge" || value === "replace" || value === "retainKeys";
}

function rulesOf(value: unknown): SchemaRule[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isRaw).map(rule => ({
    rule: textOf(own(rule, "rule")) ?? "",
    message: textOf(own(rule, "message")),
    messageExpression: textOf(own(rule, "messageExpression")),
    reason: textOf(own(rule, "reason")),
    fieldPath: textOf(own(rule, "fieldPath")),
  }));
}

/**
 * Reads schema nodes as OpenAPI and CRDs write them. `find` hands in named definitions for `$ref`; each is
 * read once, so that references to one definition are one object, and definitions may contain themselves.
 */
export function readSchemas(find: (name: string) => unknown): (name: string) => Schema | undefined {
  const read = new Map<string, Schema>();
  // A reference with extra keys is a copy of its target, and the target may still be under way.
  let copies: { copy: Schema; target: Schema; extra: Schema }[] = [];
  let depth = 0;

  const resolve = (name: string): Schema | undefined => {
    const known = read.get(name);
    if (known !== undefined) return known;
    const raw = find(name);
    if (!isRaw(raw)) return undefined;
    const schema: Schema = {};
    read.set(name, schema);
    depth++;
    Object.assign(schema, readNode(raw, nested, 0));
    depth--;
    if (depth === 0) {
      for (const { copy, target, extra } of copies) Object.assign(copy, target, extra);
      copies = [];
    }
    return schema;
  };

  const nested = (raw: Raw, level: number): Schema => {
    const name = textOf(own(raw, "$ref"));
    if (name === undefined) return readNode(raw, nested, level);
    const target = resolve(name) ?? {};
    const extra = readNode(raw, nested, level);
    if (Object.keys(extra).length === 0) return target;
    const copy: Schema = {};
    copies.push({ copy, target, extra });
    return copy;
  };
  return resolve;
}

/** Reads a schema that stands alone, as in a CRD. References are not followed there. */
export function readSchema(raw: unknown): Schema {
  return isRaw(raw) ? readNode(raw, (node, level) => readNode(node, inner, level), 0) : {};
}

const inner = (raw: Raw, level: number): Schema => readNode(raw, inner, level);

function readNode(raw: Raw, nested: (raw: Raw, level: number) => Schema, level: number): Schema {
  const schema: Schema = {};
  if (level > deepest) return { preserveUnknownFields: true };
  const child = (value: unknown): Schema | undefined => (isRaw(value) ? nested(value, level + 1) : undefined);
  const children = (value: unknown): Schema[] | undefined =>
    Array.isArray(value) ? value.filter(isRaw).map(item => nested(item, level + 1)) : undefined;
  const set = <Key extends keyof Schema>(key: Key, value: Schema[Key] | undefined): void => {
    if (value !== undefined) schema[key] = value;
  };
  for (const key of Object.keys(raw)) {
    const value = raw[key];
    switch (key) {
      case "type":
        if (isType(value)) schema.type = value;
        break;
      case "properties":
        if (isRaw(value)) {
          const properties = new Map<string, Schema>();
          for (const name of Object.keys(value)) properties.set(name, child(value[name]) ?? {});
          schema.properties = properties;
        }
        break;
      case "additionalProperties":
        set("additionalProperties", typeof value === "boolean" ? value : child(value));
        break;
      case "items":
        set("items", child(value));
        break;
      case "required":
        set("required", textsOf(value));
        break;
      case "enum":
        if (Array.isArray(value)) schema.enum = value;
        break;
      case "default":
        schema.default = value;
        break;
      case "format":
      case "pattern":
        set(key, textOf(value));
        break;
      case "minimum":
      case "maximum":
      case "multipleOf":
      case "minLength":
      case "maxLength":
      case "minItems":
      case "maxItems":
      case "minProperties":
      case "maxProperties":
        set(key, numberOf(value));
        break;
      case "nullable":
      case "exclusiveMinimum":
      case "exclusiveMaximum":
      case "uniqueItems":
        if (value === true) schema[key] = true;
        break;
      case "allOf":
      case "anyOf":
      case "oneOf":
        set(key, children(value));
        break;
      case "not":
        set("not", child(value));
        break;
      case "x-kubernetes-int-or-string":
        if (value === true) schema.intOrString = true;
        break;
      case "x-quantity":
        if (value === true) schema.quantity = true;
        break;
      case "x-kubernetes-preserve-unknown-fields":
        if (value === true) schema.preserveUnknownFields = true;
        break;
      case "x-kubernetes-embedded-resource":
        if (value === true) schema.embeddedResource = true;
        break;
      case "x-kubernetes-list-type":
        if (isListType(value)) schema.listType = value;
        break;
      case "x-kubernetes-list-map-keys":
        set("listMapKeys", textsOf(value));
        break;
      case "x-kubernetes-map-type":
        if (value === "atomic" || value === "granular") schema.mapType = value;
        break;
      case "x-kubernetes-patch-strategy":
        set("patchStrategy", textOf(value)?.split(",").filter(isStrategy));
        break;
      case "x-kubernetes-patch-merge-key":
        set("patchMergeKey", textOf(value));
        break;
      case "x-kubernetes-validations":
        set("rules", rulesOf(value));
        break;
    }
  }
  return schema;
}
