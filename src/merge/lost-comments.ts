import { remarksOf } from "../core/yaml/comments.ts";
import type { MapNode, SeqNode, YamlNode } from "../core/yaml/node.ts";
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
  const real = commentsIn(side);
  const lines = side.split(/\r?\n/);
  return missing
    .filter(text => real.has(text))
    .map(text => ({ text, line: lines.findIndex(line => line.trimEnd().endsWith(text)) + 1 }));
}

/** Everything that looks like a comment, also in block scalars. */
function commentLike(text: string): Set<string> {
  return new Set((text.match(/(?<=^|\s)#.*/gm) ?? []).map(comment => comment.trim()));
}

function commentsIn(text: string): Set<string> {
  const found = new Set<string>();
  const pending: YamlNode[] = parseYaml(text).documents.flatMap(({ root }) =>
    root === undefined ? [] : [root],
  );
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind !== "map" && node.kind !== "seq") continue;
    for (const line of remarksOf(node)) found.add(line);
    for (const child of childrenOf(node)) pending.push(child);
  }
  return found;
}

function childrenOf(node: MapNode | SeqNode): readonly YamlNode[] {
  return node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
}
