import type { Resource } from "../core/resource.ts";
import type { MapNode } from "../core/yaml/node.ts";

/** Text to insert at an offset of a file. */
export interface Insertion {
  at: number;
  text: string;
}

/**
 * The insertions by which a resource gets a comment on the line of `metadata` and an annotation, provided that it is
 * laid out as most are: a block map of two blanks' indentation without a remark on its line, the last field of the
 * map (or of its annotations) on one line of its own, and no comment behind. Undefined where anything is different;
 * then the nodes have to be edited, which gives the same result at several times the cost.
 */
export function quickMark(
  resource: Resource,
  text: string,
  comment: string,
  annotation: { key: string; value: string },
): Insertion[] | undefined {
  const entry = resource.node.entry("metadata");
  const metadata = entry?.value;
  if (entry === undefined || metadata?.kind !== "map" || !isPlainBlock(metadata, text, 2)) return undefined;
  const { key } = entry;
  if (text.slice(key.start, key.end) !== "metadata" || !startsLine(text, key.start, 0)) return undefined;
  const colon = key.end;
  if (text.slice(colon, colon + 2) !== ":\n") return undefined;
  const marked = { at: colon + 1, text: ` ${comment}` };
  const annotations = metadata.get("annotations");
  const line = `${annotation.key}: '${annotation.value.replaceAll("'", "''")}'\n`;
  if (annotations === undefined) {
    const at = behindLast(metadata, text);
    return at === undefined ? undefined : [marked, { at, text: `  annotations:\n    ${line}` }];
  }
  if (annotations.kind !== "map" || !isPlainBlock(annotations, text, 4) || annotations.has(annotation.key)) {
    return undefined;
  }
  const at = behindLast(annotations, text);
  return at === undefined ? undefined : [marked, { at, text: `    ${line}` }];
}

export function insertAll(text: string, insertions: readonly Insertion[]): string {
  let result = "";
  let done = 0;
  for (const { at, text: inserted } of insertions) {
    result += text.slice(done, at) + inserted;
    done = at;
  }
  return result + text.slice(done);
}

/** A block map whose keys stand at a column of their own lines. */
function isPlainBlock(map: MapNode, text: string, column: number): boolean {
  if (map.flow || map.anchor !== undefined || map.tag !== undefined || map.size === 0) return false;
  return map.entries.every(({ key, keyText }) => keyText !== "<<" && startsLine(text, key.start, column));
}

function startsLine(text: string, offset: number, column: number): boolean {
  const start = offset - column;
  if (start < 0 || (start > 0 && text[start - 1] !== "\n")) return false;
  for (let at = start; at < offset; at++) if (text[at] !== " ") return false;
  return true;
}

/** Where the line of a map's last value ends, if it is a simple one and the next line is one of less indentation. */
function behindLast(map: MapNode, text: string): number | undefined {
  let last = map.entries.at(-1)?.value;
  // The annotations may be what stands last.
  while (last?.kind === "map" && !last.flow) last = last.entries.at(-1)?.value;
  if (last?.kind !== "scalar" || last.end <= 0 || last.start < 0) return undefined;
  if (last.style === "literal" || last.style === "folded") return undefined;
  const end = lineEnd(text, last.end);
  if (text.slice(last.start, end).trimEnd() !== text.slice(last.start, last.end).trimEnd()) return undefined;
  if (text.slice(last.start, last.end).includes("\n") || text[end] !== "\n") return undefined;
  return /^(?: {0,2}[A-Za-z]|---|$)/.test(text.slice(end + 1, end + 4)) ? end + 1 : undefined;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}
