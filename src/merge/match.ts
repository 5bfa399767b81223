import { KptError } from "../core/error.ts";
import { Resource } from "../core/resource.ts";
import type { YamlDocument, YamlFile } from "../core/yaml/file.ts";
import type { YamlNode } from "../core/yaml/node.ts";
import { type MergeIdentity, readMergeComment, upstreamIdentifier } from "../package/merge-comment.ts";
import type { Sides } from "./sides.ts";

/** A document of a file with what it is known by. */
export interface Known {
  document: YamlDocument;
  /** Group, kind, namespace and name, joined: the same for the same resource on every side. */
  key: string;
  /** For people: `apps/Deployment default/web`; undefined where the document is no resource. */
  shown: string | undefined;
  kind: string;
  /** Among the documents of the file that hold something. */
  index: number;
}

/** The three versions of one resource. */
export type Matched = Sides<Known | undefined>;

const goNames = { base: "original", upstream: "updated", local: "dest" } as const;

/** The documents of a file that hold something. Two that are known by the same are an error. */
export function knownDocuments(file: YamlFile | undefined, path: string, side: keyof Matched): Known[] {
  const found: Known[] = [];
  const seen = new Set<string>();
  for (const document of file?.documents ?? []) {
    const { root } = document;
    if (root === undefined) continue;
    const known = { document, ...identify(root), index: found.length };
    if (seen.has(known.key)) {
      throw new KptError(
        "RESOURCE_INVALID",
        `found duplicate "${goNames[side]}" resources in file "${path}", please refer to "update" documentation for the fix`,
        { label: "Error", place: { file: path, ...root.position() } },
      );
    }
    seen.add(known.key);
    found.push(known);
  }
  return found;
}

function identify(root: YamlNode): { key: string; shown: string | undefined; kind: string } {
  if (root.kind !== "map") return { key: "", shown: undefined, kind: "" };
  const resource = new Resource(root);
  const { group, kind } = resource;
  const { namespace, name } = originOf(resource);
  const key = JSON.stringify([group, kind, namespace, name]);
  const shown = kind === "" || name === "" ? undefined : shownAs(group, kind, namespace, name);
  return { key, shown, kind };
}

/** `apps/Deployment default/web`; items of typed lists need not say their kind. */
function shownAs(group: string, kind: string, namespace: string, name: string): string {
  const type = group === "" || kind === "" ? kind : `${group}/${kind}`;
  return `${type} ${namespace === "" ? name : `${namespace}/${name}`}`.trimStart();
}

/**
 * What the items of a `List` are known by: type and name, if they have them and are told apart by them on every side.
 */
export function listItemKeys(
  lists: readonly (YamlNode | undefined)[],
): ((items: readonly YamlNode[]) => string[]) | undefined {
  const keysOf = (items: readonly YamlNode[]): string[] =>
    items.map(item => {
      const resource = item.kind === "map" ? new Resource(item) : undefined;
      if (resource === undefined || resource.name === "") return "";
      const { namespace, name } = originOf(resource);
      return shownAs(resource.group, resource.kind, namespace, name);
    });
  for (const list of lists) {
    const items = list?.kind === "map" ? list.get("items") : undefined;
    const keys = items?.kind === "seq" ? keysOf(items.items) : [];
    if (keys.includes("") || new Set(keys).size < keys.length) return undefined;
  }
  return keysOf;
}

/** Name and namespace that the resource has upstream: by the merge comment, else by the annotation, else its own. */
function originOf(resource: Resource): MergeIdentity {
  const comment = readMergeComment(resource);
  if (comment !== undefined) return comment;
  const parts = resource.annotations.get(upstreamIdentifier)?.split("|") ?? [];
  const [, , namespace = "", name = ""] = parts;
  if (parts.length === 4) return { namespace: namespace === "default" ? "" : namespace, name };
  return { namespace: resource.namespace ?? "", name: resource.name };
}

/** Pairs the documents of three sides: local order first, then what upstream and base have besides. */
export function matchDocuments(sides: Sides<readonly Known[]>): Matched[] {
  const matches = new Map<string, Matched>();
  const add = (side: keyof Matched): void => {
    for (const known of sides[side]) {
      const match = matches.get(known.key) ?? { base: undefined, upstream: undefined, local: undefined };
      match[side] = known;
      matches.set(known.key, match);
    }
  };
  add("local");
  add("upstream");
  add("base");
  return [...matches.values()];
}
