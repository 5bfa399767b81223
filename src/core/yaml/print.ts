import type { MapNode, PlainScalar, PlainValue, ScalarNode, ScalarStyle, SeqNode, YamlNode } from "./node.ts";

export function newMap(
  _value?: { readonly [key: string]: PlainValue } | ReadonlyMap<string, PlainValue>,
  _options?: { flow?: boolean },
): MapNode {
  throw new Error("not built yet");
}

export function newSeq(_items?: readonly PlainValue[], _options?: { flow?: boolean }): SeqNode {
  throw new Error("not built yet");
}

export function newScalar(_value: PlainScalar, _options?: { style?: ScalarStyle }): ScalarNode {
  throw new Error("not built yet");
}

export function toNode(_value: YamlNode | PlainValue): YamlNode {
  throw new Error("not built yet");
}

/** New text in Go's style. */
export function stringify(
  _value: PlainValue | YamlNode,
  _options?: { indentSeq?: "wide" | "compact" },
): string {
  throw new Error("not built yet");
}

/** The text Go's kyaml encoder gives for the same tree, comments included. */
export function canonicalText(_node: YamlNode, _options?: { indentSeq?: "compact" | "wide" }): string {
  throw new Error("not built yet");
}
