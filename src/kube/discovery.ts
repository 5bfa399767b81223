import type { Json } from "../core/json.ts";
import { isMap, listAt, textAt, valueAt } from "../core/json.ts";
import type { ResourceType } from "./resource-type.ts";
import { StatusError } from "./status-error.ts";

/** Reads a path of the API as JSON, with the headers given. */
export type Fetch = (path: string, headers: Record<string, string>) => Promise<Json | undefined>;

const aggregated = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

/** The kinds a server serves. Read once; `refresh` reads again, as new definitions bring new kinds. */
export class Discovery {
  readonly #fetch: Fetch;
  #known: Promise<Known> | undefined;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async find(apiVersion: string, kind: string): Promise<ResourceType | undefined> {
    return (await this.#read()).byVersion.get(`${apiVersion}/${kind}`);
  }

  /** The version of a group and kind that the server prefers. */
  async preferred(group: string, kind: string): Promise<ResourceType | undefined> {
    return (await this.#read()).byKind.get(`${group}/${kind}`);
  }

  /** Whether a server stands behind the group that doesn't answer: its kinds may exist unseen. */
  async isUncertain(group: string): Promise<boolean> {
    return (await this.#read()).uncertain.has(group);
  }

  refresh(): void {
    this.#known = undefined;
  }

  #read(): Promise<Known> {
    this.#known ??= readAll(this.#fetch).catch(thrown => {
      this.#known = undefined;
      throw thrown;
    });
    return this.#known;
  }
}

interface Known {
  byVersion: Map<string, ResourceType>;
  /** First version that serves the kind, in the server's order of preference. */
  byKind: Map<string, ResourceType>;
  /** Groups whose kinds couldn't be read. */
  uncertain: Set<string>;
}

async function readAll(fetch: Fetch): Promise<Known> {
  const known: Known = { byVersion: new Map(), byKind: new Map(), uncertain: new Set() };
  const [core, named] = await Promise.all([
    fetch("/api", { accept: aggregated }),
    fetch("/apis", { accept: aggregated }),
  ]);
  const versions: string[] = [];
  for (const answer of [core, named]) {
    if (textAt(answer, "kind") === "APIGroupDiscoveryList") addAggregated(known, answer);
    else versions.push(...versionsOf(answer));
  }
  const lists = await Promise.all(versions.map(version => readVersion(fetch, version)));
  for (const [index, list] of lists.entries()) {
    const version = versions[index] ?? "";
    if (list === undefined) known.uncertain.add(version.slice(0, Math.max(0, version.indexOf("/"))));
    else addVersion(known, version, list);
  }
  return known;
}

function addAggregated(known: Known, answer: Json | undefined): void {
  for (const group of listAt(answer, "items")) {
    const groupName = textAt(group, "metadata", "name") ?? "";
    for (const version of listAt(group, "versions")) {
      if (textAt(version, "freshness") === "Stale") known.uncertain.add(groupName);
      for (const resource of listAt(version, "resources").filter(isMap)) {
        add(known, {
          group: groupName,
          version: textAt(version, "version") ?? "",
          kind: textAt(resource, "responseKind", "kind") ?? "",
          plural: textAt(resource, "resource") ?? "",
          namespaced: textAt(resource, "scope") === "Namespaced",
          verbs: texts(valueAt(resource, "verbs")),
        });
      }
    }
  }
}

/** `v1` for the core group and `group/version` for the others, preferred versions first. */
function versionsOf(answer: Json | undefined): string[] {
  if (textAt(answer, "kind") === "APIVersions") return texts(valueAt(answer, "versions"));
  return listAt(answer, "groups").flatMap(group => {
    const first = textAt(group, "preferredVersion", "groupVersion") ?? "";
    const all = listAt(group, "versions").map(version => textAt(version, "groupVersion") ?? "");
    return [first, ...all.filter(version => version !== first)].filter(version => version !== "");
  });
}

async function readVersion(fetch: Fetch, version: string): Promise<Json | undefined> {
  try {
    return await fetch(version.includes("/") ? `/apis/${version}` : `/api/${version}`, {});
  } catch (thrown) {
    // One broken aggregated API server must not hide all the others.
    if (thrown instanceof StatusError) return undefined;
    throw thrown;
  }
}

function addVersion(known: Known, groupVersion: string, list: Json | undefined): void {
  const slash = groupVersion.indexOf("/");
  for (const resource of listAt(list, "resources").filter(isMap)) {
    const plural = textAt(resource, "name") ?? "";
    if (plural.includes("/")) continue;
    add(known, {
      group: slash < 0 ? "" : groupVersion.slice(0, slash),
      version: groupVersion.slice(slash + 1),
      kind: textAt(resource, "kind") ?? "",
      plural,
      namespaced: valueAt(resource, "namespaced") === true,
      verbs: texts(valueAt(resource, "verbs")),
    });
  }
}

function add(known: Known, type: ResourceType): void {
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  // Kinds such as Status come back from actions: what can't be read is no resource of its own.
  if (!type.verbs.includes("get") && !type.verbs.includes("create")) return;
  const key = `${apiVersion}/${type.kind}`;
  if (!known.byVersion.has(key)) known.byVersion.set(key, type);
  const kindKey = `${type.group}/${type.kind}`;
  if (!known.byKind.has(kindKey)) known.byKind.set(kindKey, type);
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === "string") : [];
}

export function noMatch(apiVersion: string, kind: string): string {
  return `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
}
