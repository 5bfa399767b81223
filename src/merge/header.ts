import type { YamlDocument } from "../core/yaml/file.ts";
import type { MapEntry } from "../core/yaml/node.ts";
import { isSameText, mergeCommentLines } from "./comments.ts";
import type { Sides } from "./sides.ts";

/**
 * Merges what stands above a document: licences, mostly. Some stand above the `---`, some below it; base and upstream
 * are edited to have theirs where the local document has it, so that a header that only moved is neither doubled nor
 * missed. Returns false where both sides changed the same lines; the local ones stay.
 */
export function mergeHeaders({ base, upstream, local }: Sides<YamlDocument | undefined>): boolean {
  if (upstream === undefined || local === undefined) return true;
  const mine = local.preamble;
  const [before, after] = [base, upstream].map(side => takeHeader(side, mine));
  if (mine === undefined || after === undefined) return true;
  if (isSameText(before, after) || isSameText(mine, after)) return true;
  const merged = isSameText(before, mine)
    ? after
    : (mergeCommentLines({ base: before, upstream: after, local: mine }) ?? mine);
  if (merged !== mine) local.preamble = merged;
  const lines = new Set(merged.split("\n"));
  return after.split("\n").every(line => lines.has(line) || before?.split("\n").includes(line));
}

/** The header of another side: above the marker, or moved from or to there as the local document has it. */
function takeHeader(document: YamlDocument | undefined, mine: string | undefined): string | undefined {
  const preamble = document?.preamble;
  const first = firstEntry(document);
  if (mine === undefined) {
    if (preamble !== undefined && first !== undefined) {
      const below = first.comments.above;
      first.comments.above =
        below === undefined ? `${preamble}\n` : `${preamble.replace(/\n+$/, "")}\n\n${below}`;
    }
    return undefined;
  }
  if (preamble !== undefined) return preamble;
  const above = first?.comments.above;
  if (first === undefined || above === undefined) return undefined;
  // A blank line parts a header from the comment of the first field; without one it is all header.
  const end = above.includes("\n\n") ? above.lastIndexOf("\n\n") : above.length;
  first.comments.above = above.slice(end).replace(/^\n+/, "") || undefined;
  return above.slice(0, end).replace(/\n+$/, "");
}

function firstEntry(document: YamlDocument | undefined): MapEntry | undefined {
  const root = document?.root;
  return root?.kind === "map" && !root.flow ? root.entries[0] : undefined;
}
