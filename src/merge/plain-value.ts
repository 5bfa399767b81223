import type { PlainValue, YamlNode } from "../core/yaml/node.ts";

/** Records of merges hold no more of a value than this; whole files are in the files. */
const maxText = 1000;
const maxNodes = 200;

/** A value for the record of a merge, with its size bounded. */
export function plainValue(node: YamlNode | undefined): PlainValue | undefined {
  return node === undefined ? undefined : plain(node, { left: maxNodes });
}

function plain(node: YamlNode, budget: { left: number }): PlainValue {
  if (--budget.left < 0) return "…";
  if (node.kind === "scalar") {
    const value = node.toJS();
    return typeof value === "string" ? cut(value) : value;
  }
  if (node.kind === "alias") return `*${node.name}`;
  if (node.kind === "seq") {
    const items: PlainValue[] = [];
    for (const item of node.items) {
      if (budget.left < 0) break;
      items.push(plain(item, budget));
    }
    return items;
  }
  const map = new Map<string, PlainValue>();
  for (const { keyText, value } of node.entries) {
    if (budget.left < 0) break;
    map.set(keyText, plain(value, budget));
  }
  return map;
}

function cut(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText)}…`;
}
