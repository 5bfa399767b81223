import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import { firstInk, hasSource, leadStart, reindent, sourceColumn } from "./region.ts";
import { materialize, newTrivia, type Trivia } from "./trivia.ts";

/** Lets a clone bring the comments along that its original has in a block collection. */
export function inheritTrivia<N extends YamlNode>(copy: N, original: YamlNode): N {
  const parent = original.parent;
  if (parent === undefined || parent.flow) return copy;
  if (!parent.materialized && !mayHaveComments(original)) return copy;
  materialize(parent);
  const trivia =
    parent.kind === "seq"
      ? parent.trivia?.[parent.items.indexOf(original)]
      : parent.entries.find(entry => entry.value === original)?.trivia;
  if (trivia === undefined) return copy;
  const { head, foot, line, key } = trivia;
  if (head === undefined && foot === undefined && line === undefined && key === undefined) return copy;
  const shift = -sourceColumn(parent);
  copy.carried = {
    head: head === undefined ? undefined : reindent(head, shift, true),
    foot: foot === undefined ? undefined : reindent(foot, shift, true),
    line,
    key,
  };
  return copy;
}

/** A look at the text alone: most nodes have no comments around, and their parents needn't be taken apart. */
function mayHaveComments(node: YamlNode): boolean {
  if (!hasSource(node)) return true;
  const { source } = node;
  const { text } = source;
  const line = source.lineStart(node.start);
  if (line > 0 && text.charCodeAt(firstInk(text, source.lineStart(line - 1))) === 0x23) return true;
  const end = source.lineEnd(node.end);
  if (text.charCodeAt(firstInk(text, end)) === 0x23) return true;
  const rest = text.indexOf("#", node.end);
  if (rest >= 0 && rest < end) return true;
  const first = leadStart(source, node.start);
  const above = source.lineStart(Math.max(first - 1, 0));
  return (
    text.slice(above, node.start).includes("#") ||
    text.slice(node.start, source.lineEnd(node.start)).includes("#")
  );
}

/** The surroundings of a new item: what its node brought along, indented for the collection it comes into. */
export function takeCarried(node: YamlNode, collection: MapNode | SeqNode): Trivia {
  const { carried } = node;
  const trivia = newTrivia();
  if (carried === undefined) return trivia;
  node.carried = undefined;
  const shift = sourceColumn(collection);
  if (carried.head !== undefined) trivia.head = reindent(carried.head, shift, true);
  if (carried.foot !== undefined) trivia.foot = reindent(carried.foot, shift, true);
  trivia.line = carried.line;
  trivia.key = carried.key;
  return trivia;
}

/** Remarks that stand alone above a removed entry stay; of the blank lines around it the wider gap stays. */
export function keepGap(
  owner: MapNode | SeqNode,
  removed: Trivia | undefined,
  wasFirst: boolean,
  next: Trivia | undefined,
): void {
  const gap = removed?.gap;
  if (gap === undefined) {
    if (wasFirst && next?.gap !== undefined && !next.gap.includes("#")) next.gap = undefined;
    return;
  }
  const hasRemarks = gap.includes("#");
  if (next === undefined) {
    if (hasRemarks) owner.tail = gap + (owner.tail ?? "");
  } else if (hasRemarks) next.gap = gap + (next.gap ?? "");
  else if (wasFirst || gap.length > (next.gap?.length ?? 0)) {
    if (next.gap?.includes("#") !== true) next.gap = gap;
  }
}

/** Remarks left behind by the last entry stand above the next first one. */
export function takeRemarks(owner: MapNode | SeqNode, first: Trivia): void {
  if (owner.flow) return;
  first.gap = owner.tail;
  owner.tail = undefined;
}

/** A node that can be put somewhere: itself, or a copy where it is in use elsewhere. */
export function detached(node: YamlNode): YamlNode {
  return node.up === undefined ? node : node.clone();
}
