import { commonSubsequence } from "../core/subsequence.ts";
import type { Sides } from "./sides.ts";

/** Positions from the first to before the last. */
export interface Span {
  from: number;
  to: number;
}

/** A part of three sequences, and who changed it. Between two parts that were changed stands one that wasn't. */
export interface Part extends Sides<Span> {
  changedBy: "nobody" | "upstream" | "local" | "both";
}

/**
 * Divides three sequences as diff3 does: at the elements that all have in common. A part that both sides changed in
 * the same way counts as changed by nobody.
 */
export function threeWay({ base, upstream, local }: Sides<readonly string[]>): Part[] {
  const inUpstream = new Map(commonSubsequence(base, upstream));
  const inLocal = new Map(commonSubsequence(base, local));
  const parts: Part[] = [];
  let at = { base: 0, upstream: 0, local: 0 };
  const part = (end: typeof at, changedBy: Part["changedBy"]): void => {
    parts.push({
      base: { from: at.base, to: end.base },
      upstream: { from: at.upstream, to: end.upstream },
      local: { from: at.local, to: end.local },
      changedBy,
    });
    at = end;
  };
  const unstable = (end: typeof at): void => {
    const old = base.slice(at.base, end.base);
    const theirs = upstream.slice(at.upstream, end.upstream);
    const ours = local.slice(at.local, end.local);
    if (old.length + theirs.length + ours.length === 0) return;
    const byUpstream = !isSame(old, theirs);
    const byLocal = !isSame(old, ours);
    if (byUpstream && byLocal) part(end, isSame(theirs, ours) ? "nobody" : "both");
    else part(end, byUpstream ? "upstream" : byLocal ? "local" : "nobody");
  };
  for (let i = 0; i < base.length; i++) {
    const there = inUpstream.get(i);
    const here = inLocal.get(i);
    if (there === undefined || here === undefined) continue;
    const before = { base: i, upstream: there, local: here };
    unstable(before);
    part({ base: i + 1, upstream: there + 1, local: here + 1 }, "nobody");
  }
  unstable({ base: base.length, upstream: upstream.length, local: local.length });
  return parts;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
