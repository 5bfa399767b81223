import type { PlainScalar, PlainValue, ScalarNode, ScalarStyle, YamlNode } from "./node.ts";
import { isNode, MapNode, SeqNode, scalarNode, toNode } from "./node.ts";
import { Out } from "./out.ts";
import { Writer } from "./write.ts";

export { canonicalText } from "./canonical.ts";

/** A new mapping. */
export function newMap(
  value: { readonly [key: string]: PlainValue } | ReadonlyMap<string, PlainValue> = {},
  options: { flow?: boolean } = {},
): MapNode {
  const node = toNode(value);
  const map = node.kind === "map" ? node : new MapNode(undefined, -1, -1, false);
  map.flow = options.flow ?? false;
  return map;
}

/** A new sequence. */
export function newSeq(items: readonly PlainValue[] = [], options: { flow?: boolean } = {}): SeqNode {
  const seq = new SeqNode(undefined, -1, -1, options.flow ?? false, false);
  for (const item of items) seq.push(item);
  return seq;
}

/** A new scalar, spelled as Go's yaml.v3 spells it unless a style is given. */
export function newScalar(value: PlainScalar, options: { style?: ScalarStyle } = {}): ScalarNode {
  return scalarNode(value, options.style);
}

/** The text of one document: new parts in Go's style, parts that were read as they stand in their source. */
export function stringify(
  value: PlainValue | YamlNode,
  options: { indentSeq?: "wide" | "compact" } = {},
): string {
  const node = isNode(value) ? value : toNode(value);
  const out = new Out("\n");
  new Writer(out, { width: 2, isCompact: options.indentSeq !== "wide", isJson: false }).root(node);
  return out.toString();
}
