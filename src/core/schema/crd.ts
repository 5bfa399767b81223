import type { ApiResource } from "./discovery.ts";
import type { ObjectSchema } from "./schema.ts";
import type { Scope } from "./scope.ts";

/** A version of a custom resource. */
export interface CustomType {
  group: string;
  version: string;
  kind: string;
  scope: Scope;
  served: boolean;
  storage: boolean;
  /** Undefined where the version has no schema. */
  schema: ObjectSchema | undefined;
  resource: ApiResource;
  printerColumns: readonly { name: string; type: string; jsonPath: string; priority: number }[];
}

/** What a set of CustomResourceDefinitions defines. Look-ups fall back to nothing, never to built-in kinds. */
export interface CrdSchemas {
  readonly types: readonly CustomType[];
  typeOf(apiVersion: string, kind: string): CustomType | undefined;
  schemaOf(apiVersion: string, kind: string): ObjectSchema | undefined;
  scopeOf(apiVersion: string, kind: string): Scope | undefined;
}

/** Reads CustomResourceDefinition objects (plain values, v1 or v1beta1); anything else is passed over. */
export function crdSchemas(_crds: Iterable<unknown>): CrdSchemas {
  return { types: [], typeOf: () => undefined, schemaOf: () => undefined, scopeOf: () => undefined };
}
