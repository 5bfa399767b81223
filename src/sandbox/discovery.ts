import type { Json, JsonMap } from "../core/json.ts";
import type { ResourceType } from "./resource-names.ts";
import { compareVersions, type TypeTable } from "./resource-types.ts";

const aggregated =
  /application\/json;(?=[^,]*\bg=apidiscovery\.k8s\.io)(?=[^,]*\bas=APIGroupDiscoveryList)[^,]*/;

/** The version of aggregated discovery that an Accept header asks for. */
export function asksForAggregated(accept: string): string | undefined {
  const wanted = aggregated.exec(accept)?.[0];
  if (wanted === undefined) return undefined;
  return /\bv=(v2beta1|v2)\b/.exec(wanted)?.[1];
}

export function aggregatedType(version: string): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/** Everything that is served, in one document. */
export function aggregatedDiscovery(types: TypeTable, core: boolean, version: string): JsonMap {
  const items = groupsOf(types)
    .filter(group => (group.name === "") === core)
    .map(group => ({
      metadata: core ? {} : { name: group.name },
      versions: group.versions.map(served => ({
        version: served,
        resources: typesIn(types, group.name, served).map(aggregatedResource),
        freshness: "Current",
      })),
    }));
  return { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

function aggregatedResource(type: ResourceType): JsonMap {
  const resource: JsonMap = {
    resource: type.plural,
    responseKind: {
      group: type.custom === undefined ? "" : type.group,
      version: type.custom === undefined ? "" : type.version,
      kind: type.kind,
    },
    scope: type.namespaced ? "Namespaced" : "Cluster",
    singularResource: type.singular,
    verbs: [...type.verbs],
  };
  if (type.shortNames.length > 0) resource["shortNames"] = [...type.shortNames];
  if (type.categories.length > 0) resource["categories"] = [...type.categories];
  if (type.subresources.length > 0) {
    resource["subresources"] = type.subresources.map(sub => ({
      subresource: sub.name,
      responseKind: { group: sub.group ?? "", version: sub.version ?? "", kind: sub.kind ?? type.kind },
      verbs: [...sub.verbs],
    }));
  }
  return resource;
}

interface Group {
  name: string;
  versions: string[];
}

function groupsOf(types: TypeTable): Group[] {
  const groups = new Map<string, Set<string>>();
  for (const type of types.all()) {
    const versions = groups.get(type.group) ?? new Set();
    versions.add(type.version);
    groups.set(type.group, versions);
  }
  return [...groups].map(([name, versions]) => ({ name, versions: [...versions].sort(compareVersions) }));
}

function typesIn(types: TypeTable, group: string, version: string): ResourceType[] {
  return types.all().filter(type => type.group === group && type.version === version);
}

export function coreVersions(): JsonMap {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1" }],
  };
}

export function groupList(types: TypeTable): JsonMap {
  const groups = groupsOf(types).filter(({ name }) => name !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(describe) };
}

export function oneGroup(types: TypeTable, name: string): JsonMap | undefined {
  const group = groupsOf(types).find(found => found.name === name && name !== "");
  return group === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...describe(group) };
}

function describe(group: Group): JsonMap {
  const versions: Json[] = group.versions.map(version => ({
    groupVersion: `${group.name}/${version}`,
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] ?? null };
}

export function resourceList(types: TypeTable, groupVersion: string): JsonMap | undefined {
  const served = types.all().filter(type => type.groupVersion === groupVersion);
  if (served.length === 0) return undefined;
  const resources = served.flatMap((type): JsonMap[] => [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: [...type.verbs],
      ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
      ...(type.categories.length > 0 ? { categories: [...type.categories] } : {}),
    },
    ...type.subresources.map(
      (sub): JsonMap => ({
        name: `${type.plural}/${sub.name}`,
        singularName: "",
        namespaced: type.namespaced,
        ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version ?? "" }),
        kind: sub.kind ?? type.kind,
        verbs: [...sub.verbs],
      }),
    ),
  ]);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}
