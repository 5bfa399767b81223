import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import type { SourceText } from "./source.ts";

/** A node that was read, with the text it points into. */
export type SourceNode = YamlNode & { readonly source: SourceText };

export function isBlockCollection(node: YamlNode): node is (MapNode | SeqNode) & { readonly flow: false } {
  return (node.kind === "map" || node.kind === "seq") && !node.flow;
}

/** Offset of the first character of a line that is no blank. */
export function firstInk(text: string, lineStart: number): number {
  let at = lineStart;
  if (at === 0 && text.charCodeAt(0) === 0xfeff) at = 1;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x09; code = text.charCodeAt(++at));
  return at;
}

/** Whether nothing but a comment or nothing at all stands at an offset up to its line's end. */
export function isLineOver(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    Number.isNaN(code) ||
    code === 0x0a ||
    code === 0x23 ||
    (code === 0x0d && text.charCodeAt(at + 1) === 0x0a)
  );
}

/** Whether a node begins its line, so that comment lines above it are its own. */
export function beginsLine(source: SourceText, start: number): boolean {
  return firstInk(source.text, source.lineStart(start)) === start;
}

/**
 * Where the region of a block collection begins: with the comment and blank lines above its first entry, or with
 * the entry itself when that shares its line with a dash.
 */
export function leadStart(source: SourceText, start: number): number {
  if (!beginsLine(source, start)) return start;
  const text = source.text;
  let line = source.lineStart(start);
  while (line > 0) {
    const above = source.lineStart(line - 1);
    if (!isLineOver(text, firstInk(text, above))) break;
    line = above;
  }
  return line === 0 && text.charCodeAt(0) === 0xfeff ? 1 : line;
}

/**
 * Where the region of a block collection ends: behind the comment lines below its last entry that are indented
 * like it. Those of a sequence in its key's column belong to the mapping around it, unless they stand further in.
 */
export function tailEnd(node: SourceNode): number {
  const { source } = node;
  const text = source.text;
  let end = source.lineEnd(node.end);
  if (node.up !== undefined && "isOwner" in node.up) return rootEnd(text, end);
  const column = source.column(node.start) + (node.kind === "seq" && node.compact ? 1 : 0);
  for (let line = end; line < text.length; ) {
    const ink = firstInk(text, line);
    if (!isLineOver(text, ink)) break;
    const next = source.lineEnd(ink);
    if (text.charCodeAt(ink) === 0x23) {
      if (ink - line < column) break;
      end = next;
    }
    line = next;
  }
  return end;
}

/** Everything below the last entry of a root belongs to it, up to a marker or the end. */
function rootEnd(text: string, from: number): number {
  let line = from;
  while (line < text.length) {
    const ink = firstInk(text, line);
    if (!isLineOver(text, ink)) break;
    const next = text.indexOf("\n", ink);
    line = next < 0 ? text.length : next + 1;
  }
  return line;
}

/** Where an item ends whose value is given: behind its last line, with the comments inside a nested collection. */
export function itemEnd(value: SourceNode): number {
  return isBlockCollection(value) ? tailEnd(value) : value.source.lineEnd(value.end);
}

export function hasSource(node: YamlNode): node is SourceNode {
  return node.source !== undefined;
}

/** Column of a collection's entries in its source; 0 for a new one. */
export function sourceColumn(node: YamlNode): number {
  return node.source === undefined ? 0 : node.source.column(node.start);
}

/** Shifts the lines of a text; the first line only when it is a whole one. */
export function reindent(text: string, shift: number, fromLineStart: boolean): string {
  if (shift === 0) return text;
  const blanks = shift > 0 ? " ".repeat(shift) : "";
  return text
    .split("\n")
    .map((line, i) => {
      if ((i === 0 && !fromLineStart) || line === "" || line === "\r") return line;
      if (shift > 0) return blanks + line;
      let drop = 0;
      while (drop < -shift && line.charCodeAt(drop) === 0x20) drop++;
      return line.slice(drop);
    })
    .join("\n");
}
