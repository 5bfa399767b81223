import { remarksIn } from "../core/yaml/comments.ts";
import { parseYaml } from "../core/yaml/parse.ts";

/** A comment that somebody wrote and that isn't in the result. */
export interface LostComment {
  text: string;
  /** Where it stands in the text of its side, from 1. */
  line: number;
}

/**
 * Comments that one side wrote since base and that are not in the result: those that were written locally and went
 * with the values that they stood at, or those from upstream that local ones stand in the way of.
 */
export function missingComments(side: string, result: string, base: string): LostComment[] {
  if (!side.includes("#") || side === base || side === result) return [];
  const old = commentLike(base);
  const written = [...commentLike(side)].filter(text => !old.has(text) && !text.includes("kpt-merge:"));
  if (written.length === 0) return [];
  const there = commentLike(result);
  const missing = written.filter(text => !there.has(text));
  if (missing.length === 0) return [];
  const roots = parseYaml(side).documents.flatMap(({ root }) => root ?? []);
  const real = new Set(roots.flatMap(root => [...remarksIn(root)]));
  const lines = side.split(/\r?\n/);
  return missing
    .filter(text => real.has(text))
    .map(text => ({ text, line: lines.findIndex(line => line.trimEnd().endsWith(text)) + 1 }));
}

/** Everything that looks like a comment, also in block scalars. */
function commentLike(text: string): Set<string> {
  return new Set((text.match(/(?<=^|\s)#.*/gm) ?? []).map(comment => comment.trim()));
}
