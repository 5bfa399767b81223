/** Shapes of Kubernetes objects, as the validator, the merges and the sandbox read them. */
export type SchemaType = "object" | "array" | "string" | "integer" | "number" | "boolean";

/**
 * One schema node, references already resolved (so definitions that contain themselves are cyclic graphs:
 * walk along a value, never the schema alone). `undefined` stands for "not said".
 */
export interface Schema {
  type?: SchemaType | undefined;
  format?: string | undefined;
  nullable?: boolean | undefined;
  intOrString?: boolean | undefined;
  /** A quantity such as `100m`: text or number. */
  quantity?: boolean | undefined;
  properties?: ReadonlyMap<string, Schema> | undefined;
  additionalProperties?: Schema | boolean | undefined;
  items?: Schema | undefined;
  required?: readonly string[] | undefined;
  enum?: readonly unknown[] | undefined;
  default?: unknown;
  pattern?: string | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: boolean | undefined;
  exclusiveMaximum?: boolean | undefined;
  multipleOf?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  uniqueItems?: boolean | undefined;
  minProperties?: number | undefined;
  maxProperties?: number | undefined;
  allOf?: readonly Schema[] | undefined;
  anyOf?: readonly Schema[] | undefined;
  oneOf?: readonly Schema[] | undefined;
  not?: Schema | undefined;
  /** `x-kubernetes-preserve-unknown-fields`: unknown keys are kept and not complained about. */
  preserveUnknownFields?: boolean | undefined;
  /** `x-kubernetes-embedded-resource`: a whole object with apiVersion, kind and metadata. */
  embeddedResource?: boolean | undefined;
  listType?: "atomic" | "set" | "map" | undefined;
  listMapKeys?: readonly string[] | undefined;
  mapType?: "atomic" | "granular" | undefined;
  /** `x-kubernetes-patch-strategy`, split at commas. */
  patchStrategy?: readonly PatchStrategy[] | undefined;
  patchMergeKey?: string | undefined;
  /** CEL rules of a CRD (`x-kubernetes-validations`), not evaluated here. */
  rules?: readonly SchemaRule[] | undefined;
}

export type PatchStrategy = "merge" | "replace" | "retainKeys";

export interface SchemaRule {
  rule: string;
  message?: string | undefined;
  messageExpression?: string | undefined;
  reason?: string | undefined;
  fieldPath?: string | undefined;
}

/** The schema of a whole object. */
export interface ObjectSchema extends Schema {
  group: string;
  version: string;
  kind: string;
}

/** The group and the version of an `apiVersion`. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/**
 * The schema below a node: names for fields, numbers for list elements. Undefined where the schema says
 * nothing about the place.
 */
export function schemaAt(
  schema: Schema | undefined,
  ...fields: readonly (string | number)[]
): Schema | undefined {
  let at = schema;
  for (const field of fields) {
    if (at === undefined) return undefined;
    if (typeof field === "number") at = at.items;
    else {
      const extra = at.additionalProperties;
      at = at.properties?.get(field) ?? (typeof extra === "object" ? extra : undefined);
    }
  }
  return at;
}
