import { fieldPath, show } from "./field-path.ts";
import { isOfFormat } from "./formats.ts";
import { metadataSchema } from "./lookup.ts";
import { matcherOf } from "./pattern.ts";
import type { Schema } from "./schema.ts";

export type ViolationType =
  | "invalid"
  | "required"
  | "unsupported"
  | "duplicate"
  | "too-many"
  | "too-long"
  | "type"
  | "unknown";

/** One broken rule, worded and placed as an API server does it. */
export interface Violation {
  /** Field path as Kubernetes writes it, for example `spec.ports[0].name`; `<nil>` for the object itself. */
  field: string;
  /** The same path in pieces. */
  path: readonly (string | number)[];
  type: ViolationType;
  value?: unknown;
  /** What is wrong, without the path and the value. */
  detail: string;
  /** The whole text: `spec.replicas: Invalid value: "two": …`. */
  message: string;
}

export interface ValidateOptions {
  /** Report fields the schema does not know (`unknown field "spec.x"`). */
  unknownFields?: boolean;
  /** Stop after so many violations; 100 unless said otherwise. */
  limit?: number;
}

/** Checks a plain value against a schema; an empty list means it is valid. */
export function validateObject(value: unknown, schema: Schema, options: ValidateOptions = {}): Violation[] {
  const run = new Validation(options);
  run.check(value, schema, []);
  return run.found;
}

type Path = (string | number)[];

const titles: Record<ViolationType, string> = {
  invalid: "Invalid value",
  type: "Invalid value",
  required: "Required value",
  unsupported: "Unsupported value",
  duplicate: "Duplicate value",
  "too-many": "Too many",
  "too-long": "Too long",
  unknown: "",
};
/** Values nested deeper are refused, so that nobody's stack can be exhausted by a value. */
const deepest = 500;

class Validation {
  readonly found: Violation[] = [];
  readonly #unknownFields: boolean;
  readonly #limit: number;

  constructor(options: ValidateOptions) {
    this.#unknownFields = options.unknownFields ?? false;
    this.#limit = options.limit ?? 100;
  }

  check(value: unknown, schema: Schema, path: Path): void {
    if (this.found.length >= this.#limit) return;
    if (path.length > deepest) {
      this.#add("invalid", path.slice(0, 5), undefined, "is nested too deeply");
      return;
    }
    if (value === null && schema.nullable) return;
    if (!this.#checkType(value, schema, path)) return;
    if (schema.enum !== undefined && !schema.enum.some(allowed => sameValue(allowed, value))) {
      const values = schema.enum.map(show).join(", ");
      this.#add("unsupported", path, value, `supported values: ${values}`);
    }
    if (typeof value === "string") this.#checkText(value, schema, path);
    else if (typeof value === "number" || typeof value === "bigint") this.#checkNumber(value, schema, path);
    else if (Array.isArray(value)) this.#checkList(value, schema, path);
    else if (isObject(value)) this.#checkObject(value, schema, path);
    this.#checkCombined(value, schema, path);
  }

  #checkType(value: unknown, schema: Schema, path: Path): boolean {
    const wanted = schema.intOrString
      ? "integer,string"
      : schema.quantity
        ? "number,string"
        : (schema.type ?? (schema.embeddedResource ? "object" : undefined));
    if (wanted === undefined) return true;
    const given = typeName(value);
    const fits = wanted.split(",").some(type => type === given || (type === "number" && given === "integer"));
    if (fits) return true;
    this.#add("type", path, given, `${this.#body(path)} must be of type ${wanted}: "${given}"`);
    return false;
  }

  #checkText(value: string, schema: Schema, path: Path): void {
    const { minLength, maxLength, pattern, format } = schema;
    if (minLength !== undefined || maxLength !== undefined) {
      const length =
        value.length <= (minLength ?? 0) || maxLength !== undefined ? [...value].length : value.length;
      if (maxLength !== undefined && length > maxLength)
        this.#add("too-long", path, undefined, `may not be more than ${maxLength} bytes`);
      if (minLength !== undefined && length < minLength)
        this.#add("invalid", path, value, `${this.#body(path)} should be at least ${minLength} chars long`);
    }
    if (pattern !== undefined && !matcherOf(pattern)(value))
      this.#add("invalid", path, value, `${this.#body(path)} should match '${pattern}'`);
    if (format !== undefined && !schema.intOrString && !isOfFormat(value, format))
      this.#add(
        "invalid",
        path,
        value,
        `${this.#body(path)} must be of type ${format}: ${JSON.stringify(value)}`,
      );
  }

  #checkNumber(value: number | bigint, schema: Schema, path: Path): void {
    const { minimum, maximum, multipleOf, format } = schema;
    const say = (text: string) => this.#add("invalid", path, value, `${this.#body(path)} should be ${text}`);
    if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum))
      say(schema.exclusiveMinimum ? `greater than ${minimum}` : `greater than or equal to ${minimum}`);
    if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum))
      say(schema.exclusiveMaximum ? `less than ${maximum}` : `less than or equal to ${maximum}`);
    if (multipleOf !== undefined && multipleOf > 0 && !isMultiple(Number(value), multipleOf))
      say(`a multiple of ${multipleOf}`);
    if (format === "int32" && (value > 2147483647 || value < -2147483648))
      this.#add("invalid", path, value, `${this.#body(path)} must be of type int32: "integer"`);
  }

  #checkList(value: readonly unknown[], schema: Schema, path: Path): void {
    const { minItems, maxItems } = schema;
    if (maxItems !== undefined && value.length > maxItems)
      this.#add(
        "too-many",
        path,
        value.length,
        `must have at most ${maxItems} item${maxItems === 1 ? "" : "s"}`,
      );
    if (minItems !== undefined && value.length < minItems)
      this.#add("invalid", path, value.length, `${this.#body(path)} should have at least ${minItems} items`);
    if (schema.uniqueItems && new Set(value.map(keyOf)).size < value.length)
      this.#add("invalid", path, value, `${this.#body(path)} shouldn't contain duplicates`);
    if (schema.items !== undefined) {
      for (const [i, item] of value.entries()) {
        path.push(i);
        this.check(item, schema.items, path);
        path.pop();
        if (this.found.length >= this.#limit) return;
      }
    }
    this.#checkDuplicates(value, schema, path);
  }

  #checkDuplicates(value: readonly unknown[], schema: Schema, path: Path): void {
    if (schema.listType !== "set" && schema.listType !== "map") return;
    const keys = schema.listMapKeys ?? [];
    const seen = new Set<string>();
    for (const [i, item] of value.entries()) {
      let shown = item;
      if (schema.listType === "map") {
        if (!isObject(item)) continue;
        shown = Object.fromEntries(
          keys
            .map(key => [key, own(item, key) ?? schema.items?.properties?.get(key)?.default] as const)
            .filter(([, given]) => given !== undefined),
        );
      }
      const key = keyOf(shown);
      if (seen.has(key)) this.#add("duplicate", [...path, i], shown, "");
      seen.add(key);
    }
  }

  #checkObject(value: Record<string, unknown>, schema: Schema, path: Path): void {
    const { properties, additionalProperties, minProperties, maxProperties } = schema;
    const names = Object.keys(value);
    if (maxProperties !== undefined && names.length > maxProperties)
      this.#add(
        "too-many",
        path,
        names.length,
        `must have at most ${maxProperties} item${maxProperties === 1 ? "" : "s"}`,
      );
    if (minProperties !== undefined && names.length < minProperties)
      this.#add(
        "invalid",
        path,
        names.length,
        `${this.#body(path)} should have at least ${minProperties} properties`,
      );
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) this.#add("required", [...path, name], undefined, "");
    }
    if (schema.embeddedResource) this.#checkEmbedded(value, properties, path);
    for (const name of names) {
      const below =
        properties?.get(name) ??
        (schema.embeddedResource && name === "metadata" ? metadataSchema() : undefined) ??
        (typeof additionalProperties === "object" ? additionalProperties : undefined);
      if (below !== undefined) {
        path.push(name);
        this.check(value[name], below, path);
        path.pop();
        if (this.found.length >= this.#limit) return;
      } else if (this.#unknownFields && properties !== undefined && isClosed(schema, name)) {
        const field = fieldPath([...path, name]);
        this.#push({
          field,
          path: [...path, name],
          type: "unknown",
          detail: `unknown field "${field}"`,
          message: `unknown field "${field}"`,
        });
      }
    }
  }

  #checkEmbedded(value: Record<string, unknown>, properties: Schema["properties"], path: Path): void {
    for (const name of ["apiVersion", "kind"]) {
      const given = own(value, name);
      if (given === undefined || given === "")
        this.#add("required", [...path, name], undefined, "must not be empty");
      else if (properties?.get(name) === undefined) {
        path.push(name);
        this.check(given, { type: "string" }, path);
        path.pop();
      }
    }
  }

  #checkCombined(value: unknown, schema: Schema, path: Path): void {
    const fits = (candidate: Schema) => {
      const trial = new Validation({ limit: 1 });
      trial.check(value, candidate, [...path]);
      return trial.found.length === 0;
    };
    for (const each of schema.allOf ?? []) this.check(value, each, path);
    const say = (text: string) => this.#add("invalid", path, value, `${this.#body(path)} must ${text}`);
    if (schema.anyOf !== undefined && !schema.anyOf.some(fits)) say("validate at least one schema (anyOf)");
    if (schema.oneOf !== undefined && schema.oneOf.filter(fits).length !== 1)
      say("validate one and only one schema (oneOf)");
    if (schema.not !== undefined && fits(schema.not)) say("not validate the schema (not)");
  }

  #body(path: Path): string {
    return path.length === 0 ? "<nil> in body" : `${fieldPath(path)} in body`;
  }

  #add(type: ViolationType, path: Path, value: unknown, detail: string): void {
    const field = path.length === 0 ? "<nil>" : fieldPath(path);
    const shown = value === undefined ? "" : `: ${show(value)}`;
    const message = `${field}: ${titles[type]}${shown}${detail === "" ? "" : `: ${detail}`}`;
    this.#push({ field, path: [...path], type, ...(value === undefined ? {} : { value }), detail, message });
  }

  #push(violation: Violation): void {
    if (this.found.length < this.#limit) this.found.push(violation);
  }
}

function isClosed(schema: Schema, name: string): boolean {
  if (schema.preserveUnknownFields || schema.additionalProperties === true) return false;
  return !(schema.embeddedResource && (name === "apiVersion" || name === "kind" || name === "metadata"));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "bigint" ? "integer" : typeof value;
}

function keyOf(value: unknown): string {
  return typeof value === "bigint" ? String(value) : show(value);
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && a !== null && keyOf(a) === keyOf(b));
}

function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) < 1e-9;
}
