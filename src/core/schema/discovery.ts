import { gunzipSync } from "node:zlib";
import { packedDiscovery } from "./data/discovery.ts";

/** One resource as an API server announces it. */
export interface ApiResource {
  group: string;
  version: string;
  kind: string;
  /** Plural name, the one in paths. */
  name: string;
  singularName: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: readonly ApiSubresource[];
}

export interface ApiSubresource {
  /** Without the resource's name: `status`, `scale`, `log`. */
  name: string;
  verbs: readonly string[];
  /** What it takes and answers; often the resource's own kind. */
  responseKind: { group: string; version: string; kind: string };
}

export interface ApiGroup {
  /** Empty for the core group. */
  name: string;
  /** The preferred one first. */
  versions: readonly string[];
}

type PackedSubresource = [name: string, verbs: string[], group?: string, version?: string, kind?: string];
type PackedResource = [
  name: string,
  singular: string,
  kind: string,
  namespaced: 0 | 1,
  shortNames: string[],
  categories: string[],
  verbs: string[],
  subresources: PackedSubresource[],
];
interface Packed {
  groups: [group: string, versions: [version: string, resources: PackedResource[]][]][];
  former: Record<string, Record<string, [plural: string, namespaced: 0 | 1]>>;
}

interface Table {
  resources: ApiResource[];
  byKind: Map<string, ApiResource>;
  /** Kinds of versions that only older servers had. */
  former: Map<string, { name: string; namespaced: boolean }>;
}

let loaded: Table | undefined;

function table(): Table {
  if (loaded !== undefined) return loaded;
  const packed: Packed = JSON.parse(gunzipSync(Buffer.from(packedDiscovery, "base64")).toString());
  const resources = packed.groups.flatMap(([group, versions]) =>
    versions.flatMap(([version, list]) => list.map(resource => unpack(group, version, resource))),
  );
  const byKind = new Map<string, ApiResource>();
  for (const resource of resources) {
    const key = `${joinApiVersion(resource.group, resource.version)}/${resource.kind}`;
    if (!byKind.has(key)) byKind.set(key, resource);
  }
  const former = new Map<string, { name: string; namespaced: boolean }>();
  for (const [apiVersion, kinds] of Object.entries(packed.former)) {
    for (const [kind, [name, namespaced]] of Object.entries(kinds)) {
      former.set(`${apiVersion}/${kind}`, { name, namespaced: namespaced === 1 });
    }
  }
  loaded = { resources, byKind, former };
  return loaded;
}

function unpack(group: string, version: string, resource: PackedResource): ApiResource {
  const [name, singularName, kind, namespaced, shortNames, categories, verbs, subresources] = resource;
  return {
    group,
    version,
    kind,
    name,
    singularName,
    namespaced: namespaced === 1,
    shortNames,
    categories,
    verbs,
    subresources: subresources.map(([sub, subVerbs, subGroup, subVersion, subKind]) => ({
      name: sub,
      verbs: subVerbs,
      // An empty version says: that of the resource.
      responseKind: subVersion
        ? { group: subGroup ?? "", version: subVersion, kind: subKind ?? kind }
        : { group, version, kind: subKind ?? kind },
    })),
  };
}

export function joinApiVersion(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

function isStable(version: string): boolean {
  return !/alpha|beta/.test(version);
}

/**
 * Every resource a server of the embedded version serves by default, the core group first, then in the
 * server's order; with `preview` also the alpha and beta versions, which servers leave off.
 */
export function apiResources(options: { preview?: boolean } = {}): readonly ApiResource[] {
  const all = table().resources;
  return options.preview ? all : all.filter(resource => isStable(resource.version));
}

/** The resource of a kind, whatever its stability. */
export function resourceOf(apiVersion: string, kind: string): ApiResource | undefined {
  return table().byKind.get(`${apiVersion}/${kind}`);
}

/** Plural name and scope of a kind that only older servers had, such as `policy/v1beta1` PodSecurityPolicy. */
export function formerResourceOf(
  apiVersion: string,
  kind: string,
): { name: string; namespaced: boolean } | undefined {
  return table().former.get(`${apiVersion}/${kind}`);
}

/** Served groups with their versions. */
export function apiGroups(options: { preview?: boolean } = {}): readonly ApiGroup[] {
  const groups = new Map<string, string[]>();
  for (const { group, version } of apiResources(options)) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) versions.push(version);
    groups.set(group, versions);
  }
  return [...groups].map(([name, versions]) => ({ name, versions }));
}
