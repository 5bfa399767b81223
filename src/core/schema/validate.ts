import type { Schema } from "./schema.ts";

/** One broken rule, worded and placed as an API server does it. */
export interface Violation {
  /** Field path as Kubernetes writes it, for example `spec.ports[0].name`; `<nil>` for the object itself. */
  field: string;
  /** The same path in pieces. */
  path: readonly (string | number)[];
  type: "invalid" | "required" | "unsupported" | "duplicate" | "too-many" | "too-long" | "type" | "unknown";
  value?: unknown;
  /** What is wrong, without the path. */
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
export function validateObject(_value: unknown, _schema: Schema, _options?: ValidateOptions): Violation[] {
  return [];
}
