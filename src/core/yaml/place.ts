import type { MapNode, ScalarNode, SeqNode, YamlNode } from "./node.ts";
import type { SourceNode } from "./region.ts";
import { beginsLine, hasSource, isBlockCollection, leadStart, tailEnd } from "./region.ts";
import { scalarType } from "./scalar-text.ts";
import type { Trivia } from "./trivia.ts";

export function childrenOf(node: MapNode | SeqNode): readonly YamlNode[] {
  if (node.kind === "seq") return node.items;
  const all: YamlNode[] = [];
  for (const { key, value } of node.entries) all.push(key, value);
  return all;
}

export function triviaOf(node: MapNode | SeqNode, index: number): Trivia | undefined {
  return node.kind === "map" ? node.entries[index]?.trivia : node.trivia?.[index];
}

/** The bytes that a node in its place stands for. */
export function regionOf(node: SourceNode): [from: number, to: number] {
  return isBlockCollection(node)
    ? [leadStart(node.source, node.start), tailEnd(node)]
    : [node.start, node.end];
}

/** Whether an item can be written over its source, so that everything around the changed value stays. */
export function keepsPlace(trivia: Trivia | undefined, value: YamlNode): boolean {
  return (
    trivia !== undefined && trivia.from >= 0 && !trivia.isFresh && !trivia.isRemarked && isInPlace(value)
  );
}

/** Whether a node that may be changed can be written where its source is. */
export function isInPlace(node: YamlNode): boolean {
  if (!node.changed) return true;
  if (!hasSource(node) || node.isRetagged) return false;
  if (isBlockCollection(node)) {
    if (node.size === 0) return false;
    return !(node.restructured && !beginsLine(node.source, node.start) && leadText(node) !== undefined);
  }
  if (node.kind !== "scalar") return true;
  if (isBlockStyle(node) && node.parent?.flow !== true) return false;
  if (node.start < node.end) return !/[|>]/.test(node.source.text[node.start] ?? "");
  // Where nothing was written there must be a colon or dash to write behind.
  return /[:-]/.test(node.source.text[node.start - 1] ?? "") && node.parent?.flow !== true;
}

export function isBlockStyle(node: ScalarNode): boolean {
  return node.style === "literal" || node.style === "folded";
}

/** Whether the text of a node ends in a block scalar that takes in all blank lines below it. */
export function endsInKept(node: YamlNode): boolean {
  let last: YamlNode | undefined = node;
  while (last !== undefined && isFilledBlock(last)) {
    last = last.kind === "map" ? last.entries.at(-1)?.value : last.items.at(-1);
  }
  if (last?.kind !== "scalar" || !isBlockStyle(last)) return false;
  if (last.source === undefined || last.changed) return last.text === "\n" || last.text.endsWith("\n\n");
  return last.source.text.slice(last.start, last.start + 3).includes("+");
}

export function isFilledBlock(node: YamlNode): node is (MapNode | SeqNode) & { readonly flow: false } {
  return isBlockCollection(node) && node.size > 0;
}

export function isEmptyScalar(node: YamlNode): boolean {
  return (
    node.kind === "scalar" &&
    node.text === "" &&
    node.style === "plain" &&
    scalarType("", "plain", node.tag) === "null"
  );
}

/** Whether a collection below a dash begins on the dash's line. */
export function goesInline(value: YamlNode, trivia: Trivia | undefined): boolean {
  if (!isFilledBlock(value) || value.tag !== undefined || value.anchor !== undefined) return false;
  if (trivia?.key !== undefined || trivia?.line !== undefined) return false;
  return (
    trivia === undefined || trivia.isFresh || !hasSource(value) || !beginsLine(value.source, value.start)
  );
}

/** The comment and blank lines above the first entry of a collection. */
export function leadText(node: YamlNode): string | undefined {
  if (!isBlockCollection(node)) return undefined;
  if (node.restructured || !hasSource(node)) {
    const first = triviaOf(node, 0);
    const lead = (first?.gap ?? "") + (first?.head ?? "");
    return lead === "" ? undefined : lead;
  }
  const { source, start } = node;
  const from = leadStart(source, start);
  const to = source.lineStart(start);
  return from < to && from < start ? source.text.slice(from, to) : undefined;
}

export function firstSeparator(node: MapNode | SeqNode): string {
  const all = node.kind === "map" ? node.entries.map(entry => entry.trivia) : (node.trivia ?? []);
  const first = all.find(trivia => trivia?.order === 0)?.separator;
  if (first !== undefined) return first;
  const open = node.kind === "map" ? "{" : "[";
  const source = node.source?.text ?? "";
  // The first item is gone: its separator is still in the source.
  const lead =
    /^[ \t\r\n]*/.exec(source.slice(node.start + 1, Math.min(node.end, node.start + 1000)))?.[0] ?? "";
  return all.some(trivia => trivia !== undefined && trivia.order > 0) ? open + lead : open;
}

/** Indentation of the line on which a node begins. */
export function lineIndent(node: YamlNode): number {
  if (!hasSource(node)) return 0;
  const line = node.source.lineStart(node.start);
  let at = line;
  while (node.source.text.charCodeAt(at) === 0x20) at++;
  return at - line;
}
