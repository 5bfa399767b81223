import { remarksIn } from "./comments.ts";
import { equalByValue } from "./compare.ts";
import { freshCopy } from "./fresh.ts";
import type { ItemComments, MapNode, ScalarNode, SeqNode, YamlNode } from "./node.ts";
import { pairItems } from "./pair.ts";

/**
 * Edits `original` as little as possible so that it means what `desired` means: what is equal keeps its bytes,
 * comments and order, new fields go behind the others, the elements of lists follow the order of `desired`.
 * Comments that `desired` has and `original` hasn't, or has with another text, are taken over; missing ones stay.
 * Throws when a detached node would have to become one of another kind.
 */
export function reconcile(original: YamlNode, desired: YamlNode): void {
  reconcileNodes(original, desired, remarksIn(original));
}

function reconcileNodes(original: YamlNode, desired: YamlNode, known: ReadonlySet<string>): void {
  if (original.kind === "map" && desired.kind === "map") reconcileMaps(original, desired, known);
  else if (original.kind === "seq" && desired.kind === "seq") reconcileSeqs(original, desired, known);
  else if (original.kind === "scalar" && desired.kind === "scalar") reconcileScalars(original, desired);
  else if (!equalByValue(original, desired)) replaceNode(original, freshCopy(desired));
}

function replaceNode(original: YamlNode, node: YamlNode): void {
  const { parent } = original;
  if (parent?.kind === "seq") parent.replace(parent.items.indexOf(original), node);
  else {
    const entry = parent?.entries.find(it => it.value === original);
    if (entry === undefined) throw new Error(`a ${original.kind} can't become a ${node.kind}`);
    entry.value = node;
  }
}

function reconcileScalars(original: ScalarNode, desired: ScalarNode): void {
  if (original.tag !== desired.tag || !equalByValue(original, desired)) original.takeValue(desired);
}

function reconcileMaps(original: MapNode, desired: MapNode, known: ReadonlySet<string>): void {
  for (const key of original.keys()) if (!desired.has(key)) original.delete(key);
  for (const wanted of desired.entries) {
    const present = original.entry(wanted.keyText);
    if (present === undefined) {
      const added = original.set(wanted.keyText, freshCopy(wanted.value));
      if (!desired.flow) takeComments(added.comments, wanted.comments, known);
      continue;
    }
    reconcileNodes(present.value, wanted.value, known);
    if (!original.flow && !desired.flow) takeComments(present.comments, wanted.comments, known);
  }
}

function reconcileSeqs(original: SeqNode, desired: SeqNode, known: ReadonlySet<string>): void {
  const pairs = pairItems(original, desired);
  const kept = new Set(pairs);
  const nodes = pairs.map(at => (at === undefined ? undefined : original.items[at]));
  for (let i = original.size - 1; i >= 0; i--) if (!kept.has(i)) original.remove(i);
  for (const [i, node] of nodes.entries()) {
    const wanted = desired.items[i];
    if (wanted === undefined) continue;
    if (node === undefined) original.insert(i, freshCopy(wanted));
    else {
      if (original.items[i] !== node) original.move(original.items.indexOf(node, i), i);
      // What was said about a plain element doesn't hold for the value that took its place.
      const isOther = node.kind === "scalar" && !original.flow && !equalByValue(node, wanted);
      reconcileNodes(node, wanted, known);
      if (isOther) original.itemComments(i).line = desired.flow ? undefined : desired.itemComments(i).line;
    }
    if (!original.flow && !desired.flow)
      takeComments(original.itemComments(i), desired.itemComments(i), known);
  }
}

function takeComments(to: ItemComments, from: ItemComments, known: ReadonlySet<string>): void {
  const head = newLines(to.head, from.head, known);
  if (head !== undefined) to.head = head;
  if (from.line !== undefined && to.line !== from.line) to.line = from.line;
  const foot = newLines(to.foot, from.foot, known);
  if (foot !== undefined) to.foot = foot;
  if (from.key !== undefined && to.key !== from.key) to.key = from.key;
}

/** The comment to set where some of its lines are new; lines that stand elsewhere already are left out. */
function newLines(
  present: string | undefined,
  wanted: string | undefined,
  known: ReadonlySet<string>,
): string | undefined {
  const lines = wanted?.split("\n") ?? [];
  if (lines.every(line => known.has(line))) return undefined;
  const here = new Set(present?.split("\n"));
  return lines.filter(line => here.has(line) || !known.has(line)).join("\n");
}
