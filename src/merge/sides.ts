import type { Schema } from "../core/schema/schema.ts";
import type { MapNode, ScalarNode, SeqNode, YamlNode } from "../core/yaml/node.ts";
import { compareBytes } from "../package/paths.ts";
import type { NodeKind } from "./conflict.ts";
import type { Taken } from "./decision.ts";

/** What the three versions have at one place. */
export interface Sides<Node = YamlNode | undefined> {
  base: Node;
  upstream: Node;
  local: Node;
}

/** Where the walk is. */
export interface Place {
  /** For people: `spec.containers[name=web].image`. */
  path: string;
  schema: Schema | undefined;
  depth: number;
  /** Whether upstream may have changed comments in there, so that they have to be merged as well. */
  followsComments: boolean;
}

/** What becomes of a value: the local node stays (perhaps edited inside), goes away, or another one takes its place. */
export type Outcome = { kind: "keep" } | { kind: "remove" } | { kind: "take"; node: YamlNode };

export const keep: Outcome = { kind: "keep" };
export const remove: Outcome = { kind: "remove" };

/** What the parts of the walk ask of each other. */
export interface Walk {
  value(place: Place, sides: Sides): Outcome;
  /** A copy of an upstream value for a place where the local file has none. */
  copy(place: Place, upstream: YamlNode): YamlNode;
  /** Settles what both sides changed; true if upstream wins. Notes the decision. */
  settle(place: Place, sides: Sides, note?: string): boolean;
  /** Notes changes that don't get in each other's way. */
  note(place: Place, sides: Sides, taken: Taken, note?: string): void;
}

export function isNull(node: YamlNode | undefined): boolean {
  return node?.kind === "scalar" && node.type === "null";
}

/** The node, unless it is null. */
export function present(node: YamlNode | undefined): YamlNode | undefined {
  return isNull(node) ? undefined : node;
}

/** Aliases count as scalars: they are merged as one value. */
export function kindOf(node: YamlNode): NodeKind {
  return node.kind === "alias" ? "scalar" : node.kind;
}

export function asMap(node: YamlNode | undefined): MapNode | undefined {
  return node?.kind === "map" ? node : undefined;
}

export function asSeq(node: YamlNode | undefined): SeqNode | undefined {
  return node?.kind === "seq" ? node : undefined;
}

export function asScalar(node: YamlNode | undefined): ScalarNode | undefined {
  return node?.kind === "scalar" ? node : undefined;
}

/** All keys of some maps, once each, in byte order: the order in which new fields are appended. */
export function sortedKeys(...maps: readonly (MapNode | undefined)[]): string[] {
  const keys = new Set<string>();
  for (const map of maps) for (const key of map?.keys() ?? []) keys.add(key);
  return [...keys].sort(compareBytes);
}

export function fieldPath(path: string, key: string): string {
  const simple = /^[\w-]+$/.test(key);
  if (path === "") return simple ? key : `["${key}"]`;
  return simple ? `${path}.${key}` : `${path}["${key}"]`;
}
