import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import type { SourceNode } from "./region.ts";
import { firstInk, hasSource, isLineOver, itemEnd, leadStart, tailEnd } from "./region.ts";
import { readBlockHeader } from "./scalar-text.ts";
import type { SourceText } from "./source.ts";

/**
 * What surrounds an entry or item of a block collection. Texts of whole lines are indented for the column that
 * the collection has in its source. In a flow collection only `separator`, `order` and `isFresh` count.
 */
export interface Trivia {
  /** The region of the item in the source, from its first character; -1 for a new one. */
  from: number;
  to: number;
  /** Position in the source. */
  order: number;
  /** Blank lines, and remarks that a blank line parts from the item, above the head comment. */
  gap: string | undefined;
  head: string | undefined;
  foot: string | undefined;
  /** What follows the value on its line, with the blanks before it. */
  line: string | undefined;
  /** What follows the key's colon or the dash when the value begins on another line. */
  key: string | undefined;
  /** What stands before a flow item: the bracket or comma and the blanks around it. */
  separator: string | undefined;
  /** Whether the value is another node than in the source. */
  isFresh: boolean;
  /** Whether `line` or `key` differ from the source. */
  isRemarked: boolean;
}

export function newTrivia(): Trivia {
  return {
    from: -1,
    to: -1,
    order: -1,
    gap: undefined,
    head: undefined,
    foot: undefined,
    line: undefined,
    key: undefined,
    separator: undefined,
    isFresh: true,
    isRemarked: false,
  };
}

/** Takes the surroundings of all items out of the text, before they are edited or looked at. */
export function materialize(collection: MapNode | SeqNode): void {
  if (collection.materialized) return;
  collection.materialized = true;
  if (!hasSource(collection)) {
    if (collection.kind === "seq") collection.trivia = collection.items.map(() => newTrivia());
    return;
  }
  const trivia = collection.flow ? readSeparators(collection) : readSurroundings(collection);
  if (collection.kind === "seq") collection.trivia = trivia;
  else for (const [i, entry] of collection.entries.entries()) entry.trivia = trivia[i];
}

function partsOf(collection: MapNode | SeqNode): { first: YamlNode; last: YamlNode }[] {
  return collection.kind === "seq"
    ? collection.items.map(item => ({ first: item, last: item }))
    : collection.entries.map(entry => ({ first: entry.key, last: entry.value }));
}

function readSeparators(collection: SourceNode & (MapNode | SeqNode)): Trivia[] {
  const { text } = collection.source;
  if (collection.kind === "map" && !collection.hasBraces) return collection.entries.map(() => newTrivia());
  let end = collection.start;
  const all = partsOf(collection).map(({ first, last }, order) => {
    const from = flowItemStart(text, end, first.start, order === 0);
    const trivia = {
      ...newTrivia(),
      from,
      to: last.end,
      order,
      separator: text.slice(end, from),
      isFresh: false,
    };
    end = last.end;
    return trivia;
  });
  collection.tail = all.length === 0 ? undefined : text.slice(end, collection.end);
  return all;
}

/** Where a flow item begins, its tag, anchor or `?` included. */
function flowItemStart(text: string, from: number, start: number, isFirst: boolean): number {
  let at = from;
  if (isFirst) at++;
  for (; at < start; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x23) at = text.indexOf("\n", at);
    else if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d && code !== 0x2c) break;
  }
  return Math.min(at, start);
}

function readSurroundings(collection: SourceNode & (MapNode | SeqNode)): Trivia[] {
  const { source } = collection;
  const { text } = source;
  const isSeq = collection.kind === "seq";
  let above = leadStart(source, collection.start);
  let previous: Trivia | undefined;
  const all: Trivia[] = [];
  for (const [order, { last }] of partsOf(collection).entries()) {
    if (!hasSource(last)) throw new Error("an item of a source collection has no source");
    const from = order === 0 ? collection.start : inkBelow(source, above);
    const lineStart = order === 0 && above === collection.start ? above : source.lineStart(from);
    const trivia = { ...newTrivia(), from, order, isFresh: false };
    splitLines(text, above, lineStart, previous, trivia);
    trivia.to = itemEnd(last);
    readRemarks(source, trivia, last, isSeq);
    above = trivia.to;
    previous = trivia;
    all.push(trivia);
  }
  const end = tailEnd(collection);
  if (previous !== undefined) {
    const lines = splitAtBlank(text, above, end);
    previous.foot = lines.foot;
    collection.tail = lines.rest;
  }
  return all;
}

/** First character at or below a line start that is neither blank nor comment. */
function inkBelow(source: SourceText, from: number): number {
  const { text } = source;
  for (let line = from; line < text.length; ) {
    const ink = firstInk(text, line);
    if (!isLineOver(text, ink)) return ink;
    line = source.lineEnd(ink);
  }
  return text.length;
}

/** Shares the lines between two items out: foot of the one above, gap, head of the one below. */
function splitLines(
  text: string,
  from: number,
  to: number,
  previous: Trivia | undefined,
  next: Trivia,
): void {
  if (from >= to) return;
  let head = to;
  while (head > from) {
    const line = head < 2 ? 0 : text.lastIndexOf("\n", head - 2) + 1;
    const start = Math.max(line, from);
    if (text.charCodeAt(firstInk(text, start)) !== 0x23) break;
    head = start;
  }
  let gapStart = from;
  if (previous !== undefined && head > from) {
    const { foot } = splitAtBlank(text, from, head);
    previous.foot = foot;
    gapStart += foot?.length ?? 0;
  }
  next.gap = gapStart < head ? text.slice(gapStart, head) : undefined;
  next.head = head < to ? text.slice(head, to) : undefined;
}

/** The comment lines up to the first blank one, and what follows. */
function splitAtBlank(
  text: string,
  from: number,
  to: number,
): { foot: string | undefined; rest: string | undefined } {
  let at = from;
  while (at < to && text.charCodeAt(firstInk(text, at)) === 0x23) {
    const next = text.indexOf("\n", at);
    at = next < 0 ? to : next + 1;
  }
  return {
    foot: at > from ? text.slice(from, at) : undefined,
    rest: at < to ? text.slice(at, to) : undefined,
  };
}

function readRemarks(source: SourceText, trivia: Trivia, value: SourceNode, isSeq: boolean): void {
  const { text } = source;
  const isBlock = (value.kind === "map" || value.kind === "seq") && !value.flow;
  const isBlockScalar = value.kind === "scalar" && (value.style === "literal" || value.style === "folded");
  if (isBlockScalar) {
    const { content } = readBlockHeader(text, value.start);
    const header = text.slice(value.start, content).replace(/\r?\n$/, "");
    trivia.line = /[ \t]+#.*$/.exec(header)?.[0];
  } else {
    const rest = text.slice(value.end, source.lineEnd(value.end)).replace(/\r?\n$/, "");
    if (rest.includes("#")) {
      if (isBlock) {
        // The comment behind the last value of a nested collection is that value's.
      } else if (value.start === value.end && !isSeq) trivia.line = rest;
      else trivia.line = rest;
    }
  }
  if (source.lineStart(value.start) <= trivia.from) return;
  const comment = findComment(text, trivia.from, value.start);
  if (comment !== undefined) trivia.key = comment;
}

/** The comment on the line of a key or dash, with the blanks before it. */
function findComment(text: string, from: number, to: number): string | undefined {
  const lineEnd = text.indexOf("\n", from);
  if (lineEnd < 0 || lineEnd > to) return undefined;
  let at = from;
  let quote = 0;
  for (; at < lineEnd; at++) {
    const code = text.charCodeAt(at);
    if (quote !== 0) {
      if (code === 0x5c && quote === 0x22) at++;
      else if (code === quote) quote = 0;
    } else if ((code === 0x22 || code === 0x27) && !/[^ \t?:-]/.test(text.slice(from, at))) quote = code;
    else if (code === 0x23 && /[ \t]/.test(text[at - 1] ?? "")) break;
  }
  if (at >= lineEnd) return undefined;
  let start = at;
  while (/[ \t]/.test(text[start - 1] ?? "")) start--;
  return text.slice(start, lineEnd).replace(/\r$/, "");
}
