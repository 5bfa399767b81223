import { type MapEntry, MapNode, ScalarNode, type SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { newScalar, newSeq } from "../core/yaml/print.ts";
import { newPlain } from "./nodes.ts";

/** Writes a flow list as a block: a new list in its place, since one that was flow has no block layout. */
export function toBlockList(entry: MapEntry, list: SeqNode): void {
  replaceItems(entry, list, list.items);
}

/** Gives a list copies of other items: as a block that keeps its layout, as `[]` where there are none. */
export function replaceItems(entry: MapEntry, list: SeqNode, items: readonly YamlNode[]): void {
  const copies = items.map(copyOf);
  if (!list.flow && items.length > 0) {
    for (let i = list.items.length - 1; i >= 0; i--) list.remove(i);
    for (const copy of copies) list.push(copy);
    return;
  }
  const made = newSeq([], { flow: items.length === 0 });
  for (const copy of copies) made.push(copy);
  if (list.parent instanceof MapNode) list.parent.set(entry.keyText, made);
}

/** Items of a flow list bring its commas and brackets along when they are cloned. */
function copyOf(item: YamlNode): YamlNode {
  const isFlow = item.parent?.flow ?? false;
  if (!isFlow || !(item instanceof ScalarNode)) return item.clone();
  return item.style === "plain" ? newPlain(item.text) : newScalar(item.text, { style: item.style });
}
