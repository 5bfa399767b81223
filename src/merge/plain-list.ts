import { commonSubsequence } from "../core/subsequence.ts";
import { equalByValue } from "../core/yaml/compare.ts";
import type { MapNode, SeqNode, YamlNode } from "../core/yaml/node.ts";
import { fingerprint } from "../core/yaml/pair.ts";
import {
  copyComments,
  mergeBelow,
  mergeComments,
  mergeCommentsInside,
  mergeItemComments,
} from "./comments.ts";
import { copyWhole, keepKeySpelling } from "./copy.ts";
import { setText } from "./set-text.ts";
import { type Part, threeWay } from "./three-way.ts";

/** The lists whose elements nothing tells apart, and which parts of them who changed. */
export interface PlainLists {
  base: SeqNode | undefined;
  upstream: SeqNode;
  local: SeqNode;
  parts: readonly Part[];
}

/** Compares lists without keys. Edits that an unchanged element parts from each other don't get in each other's way. */
export function comparePlainLists({
  base,
  upstream,
  local,
}: {
  base: SeqNode | undefined;
  upstream: SeqNode;
  local: SeqNode;
}): PlainLists {
  const parts = threeWay({
    base: base?.items.map(fingerprint) ?? [],
    upstream: upstream.items.map(fingerprint),
    local: local.items.map(fingerprint),
  });
  return { base, upstream, local, parts };
}

/** Where an element of the result comes from: positions on the sides that have it. */
interface Slot {
  local: number | undefined;
  upstream: number | undefined;
  base: number | undefined;
  /** Whether the local element is to become what the upstream one is. */
  follows: boolean;
}

/** Edits the local list: what upstream changed is taken over, and so are the conflicts if upstream is to win them. */
export function mergePlainLists(lists: PlainLists, upstreamWins: boolean): void {
  const { base, upstream, local } = lists;
  mergeBelow({ base, upstream, local });
  const slots = lists.parts.flatMap(part => slotsOf(part, lists, upstreamWins));
  const kept = new Set(slots.map(slot => slot.local));
  for (let at = local.size - 1; at >= 0; at--) if (!kept.has(at)) local.remove(at);
  slots.forEach((slot, at) => {
    const before = slot.base === undefined ? undefined : base?.items[slot.base];
    const after = slot.upstream === undefined ? undefined : upstream.items[slot.upstream];
    if (after === undefined) return;
    if (slot.local === undefined) local.insert(at, copyWhole(after));
    else if (slot.follows) {
      const present = local.items[at];
      const followed = present && follow(before, after, present);
      if (followed !== undefined && followed !== present) local.replace(at, followed);
    } else if (before !== undefined && local.items[at] !== undefined) {
      mergeCommentsInside(before, after, local.items[at]);
    }
    mergeItemComments(
      slot.base === undefined ? undefined : base?.itemComments(slot.base),
      slot.upstream === undefined ? undefined : upstream.itemComments(slot.upstream),
      local.itemComments(at),
    );
  });
}

function slotsOf(part: Part, { upstream, local }: PlainLists, upstreamWins: boolean): Slot[] {
  const isUpstreams = part.changedBy === "upstream" || (part.changedBy === "both" && upstreamWins);
  const slots: Slot[] = [];
  const hasBase =
    part.changedBy !== "both" && part.base.to - part.base.from === part.local.to - part.local.from;
  const baseOf = (at: number): number | undefined =>
    hasBase ? at - part.local.from + part.base.from : undefined;
  if (!isUpstreams) {
    const isEverybodys = part.changedBy === "nobody";
    for (let at = part.local.from; at < part.local.to; at++) {
      const there = isEverybodys ? at - part.local.from + part.upstream.from : undefined;
      slots.push({
        local: at,
        upstream: there,
        base: there === undefined ? undefined : baseOf(at),
        follows: false,
      });
    }
    return slots;
  }
  let here = part.local.from;
  let there = part.upstream.from;
  const between = (hereEnd: number, thereEnd: number): void => {
    // As many here as there: each of them changed in its place.
    const isEach = part.changedBy === "upstream" && hereEnd - here === thereEnd - there;
    for (; there < thereEnd; there++, here++) {
      const mine = isEach ? here : undefined;
      slots.push({
        local: mine,
        upstream: there,
        base: mine === undefined ? undefined : baseOf(mine),
        follows: true,
      });
    }
    here = hereEnd;
  };
  const ours = local.items.slice(part.local.from, part.local.to).map(fingerprint);
  const theirs = upstream.items.slice(part.upstream.from, part.upstream.to).map(fingerprint);
  for (const [mine, yours] of commonSubsequence(ours, theirs)) {
    between(part.local.from + mine, part.upstream.from + yours);
    slots.push({ local: here, upstream: there, base: baseOf(here), follows: false });
    here++;
    there++;
  }
  between(part.local.to, part.upstream.to);
  return slots;
}

/** Makes a local value that means what base means into what upstream has. Returns the node to put in its place. */
function follow(base: YamlNode | undefined, upstream: YamlNode, local: YamlNode): YamlNode {
  if (local.anchor !== undefined || local.tag !== upstream.tag) return copyWhole(upstream);
  if (local.kind === "scalar" && upstream.kind === "scalar") {
    return local.type === upstream.type && setText(local, upstream, undefined) ? local : copyWhole(upstream);
  }
  if (local.kind === "seq" && upstream.kind === "seq" && base?.kind === "seq" && local.size > 0) {
    mergePlainLists(comparePlainLists({ base, upstream, local }), true);
    return local;
  }
  if (local.kind === "map" && upstream.kind === "map" && base?.kind === "map" && local.size > 0) {
    return followMap(base, upstream, local);
  }
  return copyWhole(upstream);
}

function followMap(base: MapNode, upstream: MapNode, local: MapNode): YamlNode {
  const common = upstream.keys().filter(key => local.has(key));
  const isOrdered = local
    .keys()
    .filter(key => upstream.has(key))
    .every((key, at) => key === common[at]);
  const isPlain = [upstream, local].every(map => map.entries.every(({ key }) => key.kind === "scalar"));
  if (!isOrdered || !isPlain || new Set(upstream.keys()).size < upstream.size) return copyWhole(upstream);
  mergeBelow({ base, upstream, local });
  for (const key of local.keys()) if (!upstream.has(key)) local.delete(key);
  let previous: string | undefined;
  for (const entry of upstream.entries) {
    const { keyText } = entry;
    const before = base.entry(keyText);
    const present = local.entry(keyText);
    if (present === undefined) {
      const first = local.entries[0]?.keyText;
      const where =
        previous !== undefined ? { after: previous } : first === undefined ? {} : { before: first };
      const added = local.set(keyText, copyWhole(entry.value), where);
      keepKeySpelling(entry, added);
      copyComments(entry, added);
    } else {
      const value = equalByValue(present.value, entry.value)
        ? present.value
        : follow(before?.value, entry.value, present.value);
      if (value !== present.value) present.value = value;
      mergeComments(before, entry, present, true);
      if (before !== undefined && value === present.value)
        mergeCommentsInside(before.value, entry.value, value);
    }
    previous = keyText;
  }
  return local;
}
