import { type ApiResource, joinApiVersion } from "./discovery.ts";
import { metadataSchema } from "./lookup.ts";
import { readSchema } from "./openapi.ts";
import type { ObjectSchema, Schema } from "./schema.ts";
import type { Scope } from "./scope.ts";

export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  priority: number;
}

/** A version of a custom resource. */
export interface CustomType {
  group: string;
  version: string;
  kind: string;
  listKind: string;
  scope: Scope;
  served: boolean;
  storage: boolean;
  /** Undefined where the version has no schema. */
  schema: ObjectSchema | undefined;
  resource: ApiResource;
  /** Paths of the `scale` subresource, where there is one. */
  scale: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } | undefined;
  printerColumns: readonly PrinterColumn[];
}

/** What a set of CustomResourceDefinitions defines. Look-ups fall back to nothing, never to built-in kinds. */
export interface CrdSchemas {
  readonly types: readonly CustomType[];
  typeOf(apiVersion: string, kind: string): CustomType | undefined;
  schemaOf(apiVersion: string, kind: string): ObjectSchema | undefined;
  scopeOf(apiVersion: string, kind: string): Scope | undefined;
}

const verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** Reads CustomResourceDefinition objects (plain values, v1 or v1beta1); anything else is passed over. */
export function crdSchemas(crds: Iterable<unknown>): CrdSchemas {
  const types: CustomType[] = [];
  for (const crd of crds) types.push(...typesOf(crd));
  const byKey = new Map(
    types.map(type => [`${joinApiVersion(type.group, type.version)}/${type.kind}`, type] as const),
  );
  const typeOf = (apiVersion: string, kind: string) => byKey.get(`${apiVersion}/${kind}`);
  return {
    types,
    typeOf,
    schemaOf: (apiVersion, kind) => typeOf(apiVersion, kind)?.schema,
    scopeOf: (apiVersion, kind) => typeOf(apiVersion, kind)?.scope,
  };
}

type Raw = Record<string, unknown>;

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const step of path) found = isRaw(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  return found;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === "string") : [];
}

function list(value: unknown): Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

/** Whether a plain value is a CustomResourceDefinition of a version known here. */
export function isCrd(value: unknown): boolean {
  const apiVersion = at(value, "apiVersion");
  return (
    at(value, "kind") === "CustomResourceDefinition" &&
    (apiVersion === "apiextensions.k8s.io/v1" || apiVersion === "apiextensions.k8s.io/v1beta1")
  );
}

function typesOf(crd: unknown): CustomType[] {
  const spec = at(crd, "spec");
  const group = text(at(spec, "group"));
  const kind = text(at(spec, "names", "kind"));
  const plural = text(at(spec, "names", "plural"));
  if (!isCrd(crd) || group === "" || kind === "" || plural === "") return [];
  let versions = list(at(spec, "versions"));
  if (versions.length === 0) versions = [{ name: at(spec, "version"), served: true, storage: true }];
  const scope: Scope = at(spec, "scope") === "Cluster" ? "cluster" : "namespaced";
  // v1beta1 kept one schema, one list of columns and one set of subresources for all versions.
  const shared = (version: Raw, key: string) => at(version, key) ?? at(spec, key);
  return versions.map(version => {
    const name = text(at(version, "name"));
    const raw = at(version, "schema", "openAPIV3Schema") ?? at(spec, "validation", "openAPIV3Schema");
    const subresources = shared(version, "subresources");
    const scale = at(subresources, "scale");
    const columns = list(at(version, "additionalPrinterColumns") ?? at(spec, "additionalPrinterColumns"));
    return {
      group,
      version: name,
      kind,
      listKind: text(at(spec, "names", "listKind")) || `${kind}List`,
      scope,
      served: at(version, "served") !== false,
      storage: at(version, "storage") === true,
      schema: isRaw(raw)
        ? objectSchema(raw, { group, version: name, kind }, at(spec, "preserveUnknownFields") === true)
        : undefined,
      resource: {
        group,
        version: name,
        kind,
        name: plural,
        singularName: text(at(spec, "names", "singular")) || kind.toLowerCase(),
        namespaced: scope === "namespaced",
        shortNames: texts(at(spec, "names", "shortNames")),
        categories: texts(at(spec, "names", "categories")),
        verbs,
        subresources: subresourcesOf(subresources, { group, version: name, kind }),
      },
      scale: isRaw(scale)
        ? {
            specReplicasPath: text(at(scale, "specReplicasPath")),
            statusReplicasPath: text(at(scale, "statusReplicasPath")),
            labelSelectorPath: text(at(scale, "labelSelectorPath")),
          }
        : undefined,
      printerColumns: columns.map(column => ({
        name: text(at(column, "name")),
        type: text(at(column, "type")),
        jsonPath: text(at(column, "jsonPath")) || text(at(column, "JSONPath")),
        priority: Number(at(column, "priority") ?? 0),
      })),
    };
  });
}

function subresourcesOf(
  subresources: unknown,
  own: { group: string; version: string; kind: string },
): ApiResource["subresources"] {
  const found = [];
  const subVerbs = ["get", "patch", "update"];
  if (isRaw(at(subresources, "status"))) found.push({ name: "status", verbs: subVerbs, responseKind: own });
  if (isRaw(at(subresources, "scale"))) {
    const responseKind = { group: "autoscaling", version: "v1", kind: "Scale" };
    found.push({ name: "scale", verbs: subVerbs, responseKind });
  }
  return found;
}

/** Every object has these three, whatever the CRD says about them. */
function objectSchema(
  raw: unknown,
  type: { group: string; version: string; kind: string },
  keepsUnknown: boolean,
): ObjectSchema {
  const schema = readSchema(raw);
  const properties = new Map<string, Schema>(schema.properties);
  properties.set("apiVersion", { type: "string" });
  properties.set("kind", { type: "string" });
  const metadata = properties.get("metadata")?.properties;
  properties.set("metadata", withNameRules(metadataSchema(), metadata));
  return {
    ...schema,
    ...type,
    type: "object",
    properties,
    preserveUnknownFields: schema.preserveUnknownFields || keepsUnknown || undefined,
  };
}

/** A CRD may restrict `metadata.name` and `metadata.generateName`, nothing else. */
function withNameRules(metadata: Schema, rules: Schema["properties"]): Schema {
  if (rules === undefined) return metadata;
  const properties = new Map(metadata.properties);
  for (const name of ["name", "generateName"]) {
    const rule = rules.get(name);
    if (rule !== undefined) properties.set(name, rule);
  }
  return { ...metadata, properties };
}
