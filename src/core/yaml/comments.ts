import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import type { SourceNode } from "./region.ts";
import {
  firstInk,
  hasSource,
  isBlockCollection,
  isLineOver,
  itemEnd,
  leadStart,
  reindent,
  sourceColumn,
  tailEnd,
} from "./region.ts";
import { readBlockHeader } from "./scalar-text.ts";
import type { SourceText } from "./source.ts";

/** The comments of an item of a sequence: lines that begin with `#`. */
export interface ItemComments {
  /** Comment lines directly above. */
  head: string | undefined;
  /** All comment lines above, those included that blank lines part from the item, with the blank lines between. */
  above: string | undefined;
  /** Behind the value, on its last line. */
  line: string | undefined;
  /** Comment lines directly below that a blank line parts from what follows. */
  foot: string | undefined;
  /** On the line of the dash or key when the value stands on the lines below. */
  key: string | undefined;
}

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

/** The comments of one item, to read and to set; in flow collections there are none to set. */
export function commentView(collection: MapNode | SeqNode, find: () => Trivia | undefined): ItemComments {
  materialize(collection);
  const trivia = find();
  const indent = " ".repeat(sourceColumn(collection));
  const edit = (apply: (trivia: Trivia) => void): void => {
    if (trivia === undefined || collection.flow) return;
    apply(trivia);
    collection.restructured = true;
    collection.touch();
  };
  return {
    get head() {
      return bare(trivia?.head);
    },
    set head(text) {
      if (text !== bare(trivia?.head)) edit(it => Object.assign(it, { head: asLines(text, indent) }));
    },
    get above() {
      return linesAbove(trivia);
    },
    set above(text) {
      if (text !== linesAbove(trivia)) edit(it => Object.assign(it, asLinesAbove(text, indent, it.gap)));
    },
    get foot() {
      return bare(trivia?.foot);
    },
    set foot(text) {
      if (text !== bare(trivia?.foot)) edit(it => Object.assign(it, { foot: asLines(text, indent) }));
    },
    get line() {
      return trivia?.line?.trim();
    },
    set line(text) {
      if (text !== trivia?.line?.trim())
        edit(it => Object.assign(it, { line: asRemark(text), isRemarked: true }));
    },
    get key() {
      return trivia?.key?.trim();
    },
    set key(text) {
      if (text !== trivia?.key?.trim())
        edit(it => Object.assign(it, { key: asRemark(text), isRemarked: true }));
    },
  };
}

/** A comment of an entry or item, as people read it; cheaper than a view. */
export function readComment(trivia: Trivia | undefined, name: keyof ItemComments): string | undefined {
  if (name === "above") return linesAbove(trivia);
  const text = trivia?.[name];
  return name === "head" || name === "foot" ? bare(text) : text?.trim();
}

/**
 * Whether no comment differs inside two values. Judged by their text alone, so any other difference counts too.
 */
export function hasSameComments(a: YamlNode | undefined, b: YamlNode | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (!isBlockCollection(a) && !isBlockCollection(b)) return true;
  if (a.kind !== b.kind || a.changed || b.changed || !hasSource(a) || !hasSource(b)) return false;
  return regionText(a) === regionText(b);
}

function regionText(node: SourceNode): string {
  return node.source.text.slice(leadStart(node.source, node.start), tailEnd(node));
}

/** Every comment line around the entries of a collection. */
export function remarksOf(collection: MapNode | SeqNode): string[] {
  materialize(collection);
  const all = collection.kind === "seq" ? (collection.trivia ?? []) : collection.entries.map(it => it.trivia);
  const texts = all.flatMap(it => (it === undefined ? [] : [it.gap, it.head, it.foot, it.line, it.key]));
  return [...texts, collection.flow ? undefined : collection.tail].flatMap(text =>
    (text ?? "")
      .split("\n")
      .map(line => line.trim())
      .filter(line => line !== ""),
  );
}

function linesAbove(trivia: Trivia | undefined): string | undefined {
  const text = (trivia?.gap ?? "") + (trivia?.head ?? "");
  return text.includes("#") ? bare(text)?.replace(/^\n+/, "") : undefined;
}

/** Shares lines out between gap and head comment; the blank lines above them stay as they are. */
function asLinesAbove(
  text: string | undefined,
  indent: string,
  gap: string | undefined,
): Pick<Trivia, "gap" | "head"> {
  const lines = text === undefined ? [] : text.split("\n");
  const head = lines.splice(lines.lastIndexOf("") + 1);
  const blank = /^(?:[ \t]*\r?\n)*/.exec(gap ?? "")?.[0] ?? "";
  const remarks = lines.map(line => (line === "" ? "\n" : `${indent}${asComment(line)}\n`)).join("");
  return { gap: blank + remarks || undefined, head: asLines(head.join("\n"), indent) };
}

export function bare(lines: string | undefined): string | undefined {
  return lines
    ?.replace(/\r?\n$/, "")
    .split("\n")
    .map(line => line.trim())
    .join("\n");
}

function asLines(text: string | undefined, indent: string): string | undefined {
  if (text === undefined || text === "") return undefined;
  return text
    .split("\n")
    .map(line => `${indent}${asComment(line)}\n`)
    .join("");
}

function asRemark(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : ` ${asComment(text.replaceAll("\n", " "))}`;
}

function asComment(line: string): string {
  const trimmed = line.trim();
  return trimmed.startsWith("#") ? trimmed : `# ${trimmed}`.trim();
}

/** Lets a clone bring the comments along that its original has in a block collection. */
export function inheritTrivia<N extends YamlNode>(copy: N, original: YamlNode): N {
  const parent = original.parent;
  if (parent === undefined || parent.flow) return copy;
  if (!parent.materialized && !mayHaveComments(original)) return copy;
  materialize(parent);
  const trivia =
    parent.kind === "seq"
      ? parent.trivia?.[parent.items.indexOf(original)]
      : parent.entries.find(entry => entry.value === original)?.trivia;
  if (trivia === undefined) return copy;
  const { head, foot, line, key } = trivia;
  if (head === undefined && foot === undefined && line === undefined && key === undefined) return copy;
  const shift = -sourceColumn(parent);
  copy.carried = {
    head: head === undefined ? undefined : reindent(head, shift, true),
    foot: foot === undefined ? undefined : reindent(foot, shift, true),
    line,
    key,
  };
  return copy;
}

/** A look at the text alone: most nodes have no comments around, and their parents needn't be taken apart. */
function mayHaveComments(node: YamlNode): boolean {
  if (!hasSource(node)) return true;
  const { source } = node;
  const { text } = source;
  const line = source.lineStart(node.start);
  if (line > 0 && text.charCodeAt(firstInk(text, source.lineStart(line - 1))) === 0x23) return true;
  const end = source.lineEnd(node.end);
  if (text.charCodeAt(firstInk(text, end)) === 0x23) return true;
  const rest = text.indexOf("#", node.end);
  if (rest >= 0 && rest < end) return true;
  const first = leadStart(source, node.start);
  const above = source.lineStart(Math.max(first - 1, 0));
  return (
    text.slice(above, node.start).includes("#") ||
    text.slice(node.start, source.lineEnd(node.start)).includes("#")
  );
}

/** The surroundings of a new item: what its node brought along, indented for the collection it comes into. */
export function takeCarried(node: YamlNode, collection: MapNode | SeqNode): Trivia {
  const { carried } = node;
  const trivia = newTrivia();
  if (carried === undefined) return trivia;
  node.carried = undefined;
  const shift = sourceColumn(collection);
  if (carried.head !== undefined) trivia.head = reindent(carried.head, shift, true);
  if (carried.foot !== undefined) trivia.foot = reindent(carried.foot, shift, true);
  trivia.line = carried.line;
  trivia.key = carried.key;
  return trivia;
}

/** Remarks that stand alone above a removed entry stay; of the blank lines around it the wider gap stays. */
export function keepGap(
  owner: MapNode | SeqNode,
  removed: Trivia | undefined,
  wasFirst: boolean,
  next: Trivia | undefined,
): void {
  const gap = removed?.gap;
  if (gap === undefined) {
    if (wasFirst && next?.gap !== undefined && !next.gap.includes("#")) next.gap = undefined;
    return;
  }
  const hasRemarks = gap.includes("#");
  if (next === undefined) {
    if (hasRemarks) owner.tail = gap + (owner.tail ?? "");
  } else if (hasRemarks) next.gap = gap + (next.gap ?? "");
  else if (wasFirst || gap.length > (next.gap?.length ?? 0)) {
    if (next.gap?.includes("#") !== true) next.gap = gap;
  }
}

/** Remarks left behind by the last entry stand above the next first one. */
export function takeRemarks(owner: MapNode | SeqNode, first: Trivia): void {
  if (owner.flow) return;
  first.gap = owner.tail;
  owner.tail = undefined;
}
