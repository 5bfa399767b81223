import type { ItemComments, MapEntry } from "../core/yaml/node.ts";

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
): boolean {
  if (upstream === undefined) return false;
  let changed = false;
  for (const name of commentNames) {
    const wanted = mergeComment(
      base?.[name],
      upstream[name],
      local[name],
      valueTaken && name === "lineComment",
    );
    if (wanted === local[name]) continue;
    local[name] = wanted;
    changed = true;
  }
  return changed;
}

/** The same for an element of a list. */
export function mergeItemComments(
  base: ItemComments | undefined,
  upstream: ItemComments | undefined,
  local: ItemComments,
): void {
  if (upstream === undefined) return;
  for (const name of ["head", "line", "foot"] as const) {
    const wanted = mergeComment(base?.[name], upstream[name], local[name], false);
    if (wanted !== local[name]) local[name] = wanted;
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
