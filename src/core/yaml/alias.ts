import type { AliasNode, MapEntry, MapNode, YamlNode } from "./node.ts";

const indexes = new WeakMap<YamlNode, Map<AliasNode, YamlNode>>();

function rootOf(node: YamlNode): YamlNode {
  let root = node;
  for (let parent = root.parent; parent !== undefined; parent = root.parent) root = parent;
  return root;
}

/** The node that an alias stands for: the last one before it with its anchor. */
export function targetOf(alias: AliasNode): YamlNode | undefined {
  const root = rootOf(alias);
  const known = indexes.get(root)?.get(alias);
  if (known !== undefined && known.anchor === alias.name && rootOf(known) === root) return known;
  const anchors = new Map<string, YamlNode>();
  const index = new Map<AliasNode, YamlNode>();
  walk(root, node => {
    if (node.kind === "alias") {
      const target = anchors.get(node.name);
      if (target !== undefined) index.set(node, target);
    } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
  });
  indexes.set(root, index);
  return index.get(alias);
}

/** Visits a node and all below it in the order of the text. */
export function walk(node: YamlNode, visit: (node: YamlNode) => void): void {
  visit(node);
  if (node.kind === "map") {
    for (const { key, value } of node.entries) {
      walk(key, visit);
      walk(value, visit);
    }
  } else if (node.kind === "seq") for (const item of node.items) walk(item, visit);
}

/** The node itself, or what it stands for if it is an alias. */
export function resolved(node: YamlNode): YamlNode | undefined {
  let found: YamlNode | undefined = node;
  for (let hops = 0; found?.kind === "alias"; hops++) found = hops > 100 ? undefined : found.target();
  return found;
}

/** The entries of a mapping by key, those of `<<` included where the mapping has no entry of that key. */
export function effectiveEntries(map: MapNode): Map<string, YamlNode> {
  const all = new Map<string, YamlNode>();
  const merges: MapEntry[] = [];
  for (const entry of map.entries) {
    if (isMergeKey(entry.key)) merges.push(entry);
    else all.set(entry.keyText, entry.value);
  }
  if (merges.length > 0) mergeInto(all, merges, new Set([map]));
  return all;
}

function isMergeKey(key: YamlNode): boolean {
  return key.kind === "scalar" && key.style === "plain" && key.text === "<<" && key.tag === undefined;
}

function mergeInto(all: Map<string, YamlNode>, merges: readonly MapEntry[], open: Set<MapNode>): void {
  for (const { value } of merges) {
    const source = resolved(value);
    const maps = source?.kind === "seq" ? source.items : source === undefined ? [] : [source];
    for (const item of maps) {
      const map = resolved(item);
      if (map?.kind !== "map" || open.has(map)) continue;
      const nested: MapEntry[] = [];
      for (const entry of map.entries) {
        if (isMergeKey(entry.key)) nested.push(entry);
        else if (!all.has(entry.keyText)) all.set(entry.keyText, entry.value);
      }
      // Each mapping is looked into once: what it gives is there after the first time.
      open.add(map);
      mergeInto(all, nested, open);
    }
  }
}
