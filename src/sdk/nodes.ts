import type { Resource } from "../core/resource.ts";
import { AliasNode, MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { newScalar } from "../core/yaml/print.ts";

/** The node itself, or what an alias stands for. */
export function follow(node: YamlNode | undefined): MapNode | SeqNode | ScalarNode | undefined {
  let found = node;
  while (found instanceof AliasNode) found = found.target();
  return found;
}

export function childMap(map: MapNode | undefined, ...keys: readonly string[]): MapNode | undefined {
  let found = map;
  for (const key of keys) {
    const child = follow(found?.get(key));
    found = child instanceof MapNode ? child : undefined;
  }
  return found;
}

export function childSeq(map: MapNode | undefined, key: string): SeqNode | undefined {
  const child = follow(map?.get(key));
  return child instanceof SeqNode ? child : undefined;
}

/** The elements of the list at a key that are mappings. */
export function childMaps(map: MapNode | undefined, key: string): MapNode[] {
  const maps: MapNode[] = [];
  for (const item of childSeq(map, key)?.items ?? []) {
    const found = follow(item);
    if (found instanceof MapNode) maps.push(found);
  }
  return maps;
}

/** The text of the scalar at a key; undefined for nulls, collections and absent keys. */
export function childText(map: MapNode | undefined, key: string): string | undefined {
  const child = follow(map?.get(key));
  return child instanceof ScalarNode && !isNullScalar(child) ? child.text : undefined;
}

/** Cheaper than asking every scalar for its type. */
function isNullScalar(node: ScalarNode): boolean {
  return (node.text === "" || node.text === "~" || node.text.length === 4) && node.type === "null";
}

export function isNull(node: YamlNode | undefined): boolean {
  const found = follow(node);
  return found === undefined || (found instanceof ScalarNode && isNullScalar(found));
}

/** The existing mapping at a key, or a new one where there is none or null. Undefined for other kinds. */
export function ensureMap(map: MapNode, key: string): MapNode | undefined {
  const child = follow(map.get(key));
  if (child instanceof MapNode) return child;
  if (!isNull(child)) return undefined;
  map.set(key, {});
  const made = map.get(key);
  return made instanceof MapNode ? made : undefined;
}

/**
 * Sets the scalar at a key to a text that stays text: style and comment are kept, what reads as a number or
 * a boolean is quoted. Returns whether anything changed.
 */
export function setChildText(map: MapNode, key: string, text: string): boolean {
  const child = follow(map.get(key));
  if (child instanceof ScalarNode) {
    if (child.text === text && child.type === "string") return false;
    child.setValue(text);
    return true;
  }
  map.set(key, text);
  return true;
}

/**
 * Sets a scalar as the catalogue's older functions do: the quoting stays, and what was plain becomes whatever
 * the new text reads as, so `replicas: 3` may become `replicas: 5` and also `tag: true`.
 */
export function respell(node: ScalarNode, text: string): void {
  if (node.text === text && node.tag === undefined) return;
  if (node.style === "plain" && node.type === "string" && node.text !== "" && readsAsOther(text)) {
    // On a number the text setter writes any text plain.
    node.setValue(0);
  }
  if (node.type === "null") {
    node.setValue(text);
    return;
  }
  node.text = text;
}

/** Whether a plain scalar of this text would not be a string, by YAML 1.2 or by the older 1.1. */
export function readsAsOther(text: string): boolean {
  return /^(?:~|[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(
    text,
  );
}

export function metadataOf(resource: Resource): MapNode | undefined {
  return childMap(resource.node, "metadata");
}

/** A new scalar that is whatever its text reads as. */
export function newPlain(text: string): ScalarNode {
  const node = newScalar(0);
  // On a number the text setter writes any text plain where that is possible.
  node.text = text;
  return node;
}
