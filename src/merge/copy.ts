import { KptError } from "../core/error.ts";
import { type Schema, schemaAt } from "../core/schema/schema.ts";
import type { MapEntry, MapNode, ScalarNode, SeqNode, YamlNode } from "../core/yaml/node.ts";
import { newMap, newScalar, newSeq } from "../core/yaml/print.ts";
import { copyComments } from "./comments.ts";
import { isNull, sortedKeys } from "./sides.ts";

/** More nodes than any honest file holds; aliases can stand for exponentially many. */
const maxNodes = 1_000_000;
const maxDepth = 500;

/** Whether a list of this schema is merged element by element. */
export type MergesElements = (schema: Schema | undefined, list: SeqNode) => boolean;

/**
 * A copy of an upstream value for a field that is new locally. Maps come out as kpt writes them: keys in byte order,
 * fields that are null left out. Lists that are one value are copied as they are.
 */
export function copyNew(
  node: YamlNode,
  schema: Schema | undefined,
  mergesElements: MergesElements,
): YamlNode {
  if (node.kind === "scalar") return copyScalar(node);
  if (node.kind === "map") return copyMap(node, schema, mergesElements);
  if (node.kind === "seq" && mergesElements(schema, node)) {
    const copy = node.clone();
    node.items.forEach((item, index) => {
      if (item.kind === "map") copy.replace(index, copyMap(item, schemaAt(schema, 0), mergesElements));
    });
    return copy;
  }
  return copyWhole(node);
}

function copyMap(map: MapNode, schema: Schema | undefined, mergesElements: MergesElements): MapNode {
  const copy = newMap();
  for (const key of sortedKeys(map)) {
    const entry = map.entry(key);
    if (entry === undefined || isNull(entry.value)) continue;
    const value = copyNew(entry.value, schemaAt(schema, key), mergesElements);
    const added = copy.set(key, value);
    keepKeySpelling(entry, added);
    copyComments(entry, added);
  }
  return copy;
}

/** A key that is new here is spelled as upstream spells it: `n:` stays without quotes. */
export function keepKeySpelling(from: MapEntry, to: MapEntry): void {
  const { key } = from;
  if (key.kind !== "scalar" || key.style !== "plain" || key.tag !== undefined || key.anchor !== undefined)
    return;
  if (to.key.kind === "scalar" && to.key.style !== "plain") to.replaceKey(key.clone());
}

/** Words that YAML 1.1 takes for booleans and YAML 1.2 for strings. */
const oldBooleans = /^(?:y|yes|on|n|no|off)$/i;

/** A string without quotes that a YAML 1.1 reader would take for a boolean gets some, as in Go kpt. */
function copyScalar(node: ScalarNode): YamlNode {
  const isBare = node.type === "string" && node.style === "plain" && node.tag === undefined;
  if (isBare && oldBooleans.test(node.text)) return newScalar(node.text);
  return copyWhole(node);
}

/** A copy of a value as it is written. Anchors mean nothing in another document, so aliases are written out. */
export function copyWhole(node: YamlNode): YamlNode {
  return hasAnchors(node) ? withoutAnchors(node, { left: maxNodes, depth: 0 }) : node.clone();
}

function hasAnchors(root: YamlNode): boolean {
  const pending: YamlNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === "alias" || node.anchor !== undefined) return true;
    if (node.kind === "map") for (const { value } of node.entries) pending.push(value);
    else if (node.kind === "seq") pending.push(...node.items);
  }
  return false;
}

function withoutAnchors(node: YamlNode, budget: { left: number; depth: number }): YamlNode {
  if (--budget.left < 0 || budget.depth > maxDepth) {
    throw new KptError("YAML_UNSUPPORTED", "aliases stand for too much, or for themselves");
  }
  budget.depth++;
  try {
    return writtenOut(node, budget);
  } finally {
    budget.depth--;
  }
}

function writtenOut(node: YamlNode, budget: { left: number; depth: number }): YamlNode {
  if (node.kind === "alias") {
    const target = node.target();
    return target === undefined ? newScalar(null) : withoutAnchors(target, budget);
  }
  if (node.kind === "scalar") {
    const copy = node.clone();
    copy.setProps(copy.tag, undefined);
    return copy;
  }
  if (node.kind === "seq") {
    const copy = newSeq([], { flow: node.flow });
    for (const item of node.items) copy.push(withoutAnchors(item, budget));
    return copy;
  }
  const copy = newMap(undefined, { flow: node.flow });
  for (const entry of node.entries)
    copyComments(entry, copy.set(entry.keyText, withoutAnchors(entry.value, budget)));
  return copy;
}
