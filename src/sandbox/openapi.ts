import type { Json, JsonMap } from "../core/json.ts";
import type { Schema } from "../core/schema/schema.ts";
import type { Cluster } from "./cluster.ts";
import type { ResourceType } from "./resource-names.ts";

// As much of /openapi/v3 as clients use to learn which kinds and patch parameters there are, and the fields of kinds.

export function openApiIndex(cluster: Cluster): JsonMap {
  const paths: JsonMap = {};
  for (const groupVersion of new Set(cluster.types.all().map(type => type.groupVersion))) {
    const path = groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`;
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${cluster.types.revision}` };
  }
  return { paths };
}

export function openApiOf(cluster: Cluster, path: string): JsonMap | undefined {
  const groupVersion = path.replace(/^apis?\//, "");
  const types = cluster.types.all().filter(type => type.groupVersion === groupVersion);
  if (types.length === 0) return undefined;
  const paths: JsonMap = {};
  const schemas: JsonMap = {};
  for (const type of types) {
    const root = groupVersion.includes("/") ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
    const place = type.namespaced
      ? `${root}/namespaces/{namespace}/${type.plural}`
      : `${root}/${type.plural}`;
    paths[`${place}/{name}`] = operations(type);
    schemas[schemaName(type)] = {
      ...schemaJson(cluster.schemaOf(type), 0),
      "x-kubernetes-group-version-kind": [{ group: type.group, version: type.version, kind: type.kind }],
    };
  }
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: cluster.version },
    paths,
    components: { schemas },
  };
}

function schemaName(type: ResourceType): string {
  const group = type.group === "" ? "core" : type.group;
  return `${group.split(".").reverse().join(".")}.${type.version}.${type.kind}`;
}

function operations(type: ResourceType): JsonMap {
  const parameters: Json[] = ["dryRun", "fieldManager", "fieldValidation", "force"].map(name => ({
    name,
    in: "query",
    schema: { type: name === "force" ? "boolean" : "string", uniqueItems: true },
  }));
  const gvk = { group: type.group, version: type.version, kind: type.kind };
  return {
    get: { "x-kubernetes-action": "get", "x-kubernetes-group-version-kind": gvk },
    patch: { parameters, "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": gvk },
  };
}

/** Definitions may contain themselves; below this depth a field says only that it is an object. */
const deepest = 12;

function schemaJson(schema: Schema | undefined, depth: number): JsonMap {
  if (schema === undefined) return {};
  const json: JsonMap = {};
  if (schema.type !== undefined) json["type"] = schema.type;
  if (schema.format !== undefined) json["format"] = schema.format;
  if (schema.listType !== undefined) json["x-kubernetes-list-type"] = schema.listType;
  if (schema.listMapKeys !== undefined) json["x-kubernetes-list-map-keys"] = [...schema.listMapKeys];
  if (schema.patchStrategy !== undefined)
    json["x-kubernetes-patch-strategy"] = schema.patchStrategy.join(",");
  if (schema.patchMergeKey !== undefined) json["x-kubernetes-patch-merge-key"] = schema.patchMergeKey;
  if (schema.preserveUnknownFields === true) json["x-kubernetes-preserve-unknown-fields"] = true;
  if (depth >= deepest) return json;
  if (schema.items !== undefined) json["items"] = schemaJson(schema.items, depth + 1);
  if (typeof schema.additionalProperties === "object") {
    json["additionalProperties"] = schemaJson(schema.additionalProperties, depth + 1);
  }
  if (schema.properties !== undefined) {
    const properties: JsonMap = {};
    for (const [name, inner] of schema.properties) properties[name] = schemaJson(inner, depth + 1);
    json["properties"] = properties;
  }
  return json;
}
