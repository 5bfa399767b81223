import type { ItemComments, MapEntry, YamlNode } from "../core/yaml/node.ts";
import { remarksBelow, setRemarksBelow } from "../core/yaml/tail.ts";
import type { Sides } from "./sides.ts";
import { threeWay } from "./three-way.ts";

type CommentName = "headComment" | "keyComment" | "lineComment" | "footComment";

const commentNames: readonly CommentName[] = ["headComment", "keyComment", "lineComment", "footComment"];

/**
 * Merges the comments of a field. A change upstream is followed where the local comment is still the old one; where
 * both differ the local one stays, unless its value was taken from upstream: a line comment explains its value.
 */
export function mergeComments(
  base: MapEntry | undefined,
  upstream: MapEntry | undefined,
  local: MapEntry,
  valueTaken: boolean,
): void {
  if (upstream === undefined) return;
  mergeAround(base?.comments, upstream.comments, local.comments, ["key", "line", "foot"], valueTaken);
}

/** The same for an element of a list. */
export function mergeItemComments(
  base: ItemComments | undefined,
  upstream: ItemComments | undefined,
  local: ItemComments,
): void {
  if (upstream !== undefined) mergeAround(base, upstream, local, ["line", "foot"], false);
}

function mergeAround(
  base: ItemComments | undefined,
  upstream: ItemComments,
  local: ItemComments,
  names: readonly ("key" | "line" | "foot")[],
  valueTaken: boolean,
): void {
  mergeAbove(base, upstream, local);
  for (const name of names) {
    const wanted = mergeComment(base?.[name], upstream[name], local[name], valueTaken && name === "line");
    if (wanted !== local[name]) local[name] = wanted;
  }
}

/**
 * What stands above is merged as a whole, since a blank line more or less makes a licence header the comment of the
 * first field. Where it was changed here as well, lines come that stand clear of the local changes.
 */
function mergeAbove(base: ItemComments | undefined, upstream: ItemComments, local: ItemComments): void {
  const [before, after, present] = [base?.above, upstream.above, local.above];
  if (isSameText(before, after) || isSameText(after, present)) return;
  if (isSameText(before, present)) local.above = after;
  else if (isSameText(remarksAbove(base), remarksAbove(upstream))) {
    const wanted = mergeComment(base?.head, upstream.head, local.head, false);
    if (wanted !== local.head) local.head = wanted;
    else if (local.head !== undefined && base?.head !== local.head) {
      local.head = mergeCommentLines({ base: base?.head, upstream: upstream.head, local: local.head });
    }
  } else local.above = mergeCommentLines({ base: before, upstream: after, local: present });
}

/** Merges the comments below the last entries of three values, those that a blank line parts from them. */
export function mergeBelow({ base, upstream, local }: Sides): void {
  if (upstream === undefined || local === undefined || local.kind !== upstream.kind) return;
  if (local.kind !== "map" && local.kind !== "seq") return;
  const [before, after, present] = [base, upstream, local].map(side =>
    side?.kind === "map" || side?.kind === "seq" ? remarksBelow(side) : undefined,
  );
  if (isSameText(before, after) || isSameText(after, present)) return;
  const isOurs = !isSameText(before, present);
  const merged = isOurs ? mergeCommentLines({ base: before, upstream: after, local: present }) : after;
  setRemarksBelow(local, merged);
}

/** Merges comments line by line; where lines were changed on both sides the local ones stay. */
export function mergeCommentLines(texts: Sides<string | undefined>): string | undefined {
  const [base, upstream, local] = [texts.base, texts.upstream, texts.local].map(text => {
    const lines = text?.replace(/\n+$/, "");
    return lines === undefined || lines === "" ? [] : lines.split("\n");
  });
  if (base === undefined || upstream === undefined || local === undefined) return texts.local;
  const lines = threeWay({ base, upstream, local }).flatMap(part =>
    part.changedBy === "upstream"
      ? upstream.slice(part.upstream.from, part.upstream.to)
      : local.slice(part.local.from, part.local.to),
  );
  if (lines.length === 0) return undefined;
  return lines.join("\n") + (/\n+$/.exec(texts.local ?? "")?.[0] ?? "");
}

/** Whether comments differ in nothing but blank lines. */
export function isSameText(a: string | undefined, b: string | undefined): boolean {
  return a === b || withoutBlanks(a) === withoutBlanks(b);
}

function withoutBlanks(text: string | undefined): string {
  return (text ?? "").replace(/\n{2,}/g, "\n").replace(/\n$/, "");
}

/** Comments that a blank line parts from what follows. */
function remarksAbove(comments: ItemComments | undefined): string {
  const above = comments?.above ?? "";
  return above.slice(0, above.length - (comments?.head?.length ?? 0));
}

/** Merges the comments in three values that mean the same. */
export function mergeCommentsInside(base: YamlNode, upstream: YamlNode, local: YamlNode): void {
  if (base.kind === "seq" && upstream.kind === "seq" && local.kind === "seq") {
    local.items.forEach((item, at) => {
      const [before, after] = [base.get(at), upstream.get(at)];
      if (before === undefined || after === undefined) return;
      mergeItemComments(base.itemComments(at), upstream.itemComments(at), local.itemComments(at));
      mergeCommentsInside(before, after, item);
    });
    mergeBelow({ base, upstream, local });
  } else if (base.kind === "map" && upstream.kind === "map" && local.kind === "map") {
    for (const entry of local.entries) {
      const [before, after] = [base.entry(entry.keyText), upstream.entry(entry.keyText)];
      if (before === undefined || after === undefined) continue;
      mergeComments(before, after, entry, false);
      mergeCommentsInside(before.value, after.value, entry.value);
    }
    mergeBelow({ base, upstream, local });
  }
}

/** Brings all comments of a field along with its value. */
export function copyComments(from: MapEntry, to: MapEntry): void {
  for (const name of commentNames) {
    const comment = from[name];
    if (comment !== undefined && to[name] !== comment) to[name] = comment;
  }
}

function mergeComment(
  base: string | undefined,
  upstream: string | undefined,
  local: string | undefined,
  upstreamWins: boolean,
): string | undefined {
  if (upstream === base || upstream === local || local?.includes("kpt-merge:")) return local;
  if (local === base) return upstream;
  return upstreamWins ? (upstream ?? local) : local;
}
