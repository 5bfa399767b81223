import type { MapNode, ScalarNode, SeqNode, YamlNode } from "./node.ts";
import type { Out } from "./out.ts";
import {
  childrenOf,
  endsInKept,
  firstSeparator,
  goesInline,
  isBlockStyle,
  isEmptyScalar,
  isFilledBlock,
  isInPlace,
  keepsPlace,
  leadText,
  lineIndent,
  regionOf,
  triviaOf,
} from "./place.ts";
import { double, spellScalar } from "./quote.ts";
import type { SourceNode } from "./region.ts";
import { beginsLine, hasSource, isBlockCollection, reindent, sourceColumn, tailEnd } from "./region.ts";
import { readBlockHeader } from "./scalar-text.ts";
import type { Trivia } from "./trivia.ts";
import { materialize } from "./trivia.ts";

/** How new text looks where its surroundings don't tell. */
export interface Layout {
  /** Blanks per level. */
  readonly width: number;
  /** Whether dashes stand in the column of the key above them. */
  readonly isCompact: boolean;
  /** Whether strings and keys in brackets are double-quoted. */
  readonly isJson: boolean;
}

/** Prints nodes: what is as in its source is copied, the rest is written in the style around it. */
export class Writer {
  readonly #out: Out;
  readonly #layout: Layout;

  constructor(out: Out, layout: Layout) {
    this.#out = out;
    this.#layout = layout;
  }

  /** Writes the root of a document that isn't in its source's place, at column 0, as whole lines. */
  root(node: YamlNode): void {
    this.#out.breakLine();
    if (isFilledBlock(node)) this.block(node, 0, false);
    else {
      this.#props(node, "");
      this.#value(node, -this.#layout.width, false);
    }
    this.#out.breakLine();
  }

  /** Writes a root in its place; false when it needs to be written anew. */
  rootInPlace(node: SourceNode): { from: number; to: number; write: () => void } | undefined {
    if (!isInPlace(node)) return undefined;
    const [from, to] = regionOf(node);
    return { from, to, write: () => this.#inPlace(node, 0) };
  }

  /** Writes a block collection with its lead comments; `isInline` where a dash has begun the line. */
  block(node: MapNode | SeqNode, column: number, isInline: boolean): void {
    const out = this.#out;
    const shift = column - sourceColumn(node);
    if (hasSource(node) && !node.restructured && childrenOf(node).every(isInPlace)) {
      const { start } = node;
      if (!isInline) {
        out.lines(leadText(node), shift);
        out.indent(column);
      }
      this.#patched(node, childrenOf(node), start, tailEnd(node), shift);
      return;
    }
    materialize(node);
    const size = node.size;
    for (let i = 0; i < size; i++) {
      const trivia = triviaOf(node, i);
      const value = node.kind === "map" ? node.entries[i]!.value : node.items[i]!;
      if (i > 0 || !isInline) {
        out.lines(trivia?.gap, shift);
        out.lines(trivia?.head, shift);
        if (node.kind === "seq" && !keepsPlace(trivia, value) && goesInline(value, trivia)) {
          out.lines(leadText(value), column - sourceColumn(value));
        }
        out.indent(column);
      }
      this.#slot(node, i, trivia, column, shift);
      if (endsInKept(value)) out.seal();
      out.lines(trivia?.foot, shift);
    }
    out.lines(node.tail, shift);
  }

  /** Copies a region of a collection, with its changed children in their places. */
  #patched(node: SourceNode, children: readonly YamlNode[], from: number, to: number, shift: number): void {
    let cursor = from;
    for (const child of children) {
      if (!child.changed || !hasSource(child)) continue;
      const [start, end] = regionOf(child);
      this.#out.copy(node.source, cursor, Math.max(start, cursor), shift);
      this.#inPlace(child, shift);
      cursor = end;
    }
    this.#out.copy(node.source, cursor, to, shift);
  }

  #inPlace(node: SourceNode, shift: number): void {
    if (isBlockCollection(node)) {
      this.block(node, sourceColumn(node) + shift, !beginsLine(node.source, node.start));
    } else if (node.kind === "map" || node.kind === "seq") this.#flow(node, shift);
    else if (node.kind === "scalar") {
      const parent = node.parent;
      const flow =
        parent?.flow === true || (parent?.kind === "map" && !parent.entries.some(it => it.value === node));
      const text = this.#spell(node, 0, flow);
      if (text !== "" && !this.#out.endsInBlank && node.start === node.end) this.#out.raw(" ");
      this.#out.raw(text);
    }
  }

  #slot(
    node: MapNode | SeqNode,
    index: number,
    trivia: Trivia | undefined,
    column: number,
    shift: number,
  ): void {
    const out = this.#out;
    const entry = node.kind === "map" ? node.entries[index] : undefined;
    const value = entry?.value ?? (node.kind === "seq" ? node.items[index] : undefined);
    if (value === undefined) return;
    if (hasSource(node) && trivia !== undefined && keepsPlace(trivia, value)) {
      const children = entry === undefined ? [value] : [entry.key, value];
      this.#patched(node, children, trivia.from, trivia.to, shift);
      return;
    }
    const isKept = hasSource(node) && trivia !== undefined && trivia.from >= 0 && !trivia.isFresh;
    let prefixEnd = -1;
    if (entry === undefined) out.raw("-");
    else this.#key(node, entry.key, trivia, shift);
    if (
      isKept &&
      hasSource(value) &&
      !value.isRetagged &&
      !isBlockCollection(value) &&
      value.start < value.end
    ) {
      // The blanks before the value, its tag and its anchor.
      const from = entry === undefined ? trivia.from + 1 : this.#colonEnd(node, entry.key);
      if (!node.source.text.slice(from, value.start).includes("\n")) prefixEnd = from;
    }
    if (isFilledBlock(value)) {
      this.#props(value, " ");
      const remark = trivia?.key ?? trivia?.line;
      if (entry === undefined && goesInline(value, trivia)) {
        out.raw(" ");
        this.block(value, column + 2, true);
        return;
      }
      out.raw(remark ?? "");
      out.raw("\n");
      this.block(value, this.#childColumn(node, value, isKept, column, shift), false);
      return;
    }
    if (prefixEnd >= 0 && hasSource(value)) out.copy(value.source, prefixEnd, value.start, 0);
    else {
      this.#props(value, " ");
      if (!isEmptyScalar(value) || this.#layout.isJson) out.raw(" ");
    }
    const remark = trivia?.line ?? trivia?.key;
    this.#value(value, column, false, remark);
    out.raw("\n");
  }

  #key(node: MapNode | SeqNode, key: YamlNode, trivia: Trivia | undefined, shift: number): void {
    const out = this.#out;
    if (hasSource(node) && trivia !== undefined && trivia.from >= 0 && hasSource(key)) {
      out.copy(node.source, trivia.from, key.start, 0);
      if (key.changed && key.kind === "scalar") out.raw(this.#spell(key, 0, true));
      else out.copy(node.source, key.start, key.end, shift);
      const end = this.#colonEnd(node, key);
      const between = node.source.text.slice(key.end, end);
      if (between.endsWith(":")) out.copy(node.source, key.end, end, shift);
      else out.raw(":");
    } else {
      this.#value(key, 0, true);
      out.raw(":");
    }
  }

  /** Offset behind the colon of a key, or its end when there is none. */
  #colonEnd(node: SourceNode, key: YamlNode): number {
    const { text } = node.source;
    let at = key.end;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x3a) return at + 1;
      if (code === 0x23) at = text.indexOf("\n", at);
      else if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return key.end;
      if (at < 0) return key.end;
      at++;
    }
  }

  #childColumn(
    node: MapNode | SeqNode,
    value: MapNode | SeqNode,
    isKept: boolean,
    column: number,
    shift: number,
  ): number {
    if (isKept && hasSource(value) && beginsLine(value.source, value.start))
      return sourceColumn(value) + shift;
    if (node.kind === "map" && value.kind === "seq") {
      return this.#isCompact(node) ? column : column + this.#layout.width;
    }
    return column + (node.kind === "seq" ? 2 : this.#layout.width);
  }

  /** Whether new sequences below a mapping are compact: as those beside them, else as in the document. */
  #isCompact(map: MapNode): boolean {
    for (const { value } of map.entries) {
      if (
        value.kind === "seq" &&
        hasSource(value) &&
        !value.flow &&
        value.size > 0 &&
        value.source === map.source
      ) {
        return value.compact;
      }
    }
    return this.#layout.isCompact;
  }

  #props(node: YamlNode, before: string): void {
    if (node.anchor !== undefined) this.#out.raw(`${before}&${node.anchor}${before === "" ? " " : ""}`);
    if (node.tag !== undefined) this.#out.raw(`${before}${node.tag}${before === "" ? " " : ""}`);
  }

  /** Writes a value on its key's line; a comment goes behind it, or into the header of a block scalar. */
  #value(node: YamlNode, column: number, flow: boolean, remark = ""): void {
    const out = this.#out;
    if (node.kind === "scalar") {
      const text = this.#scalar(node, column, flow);
      const header = isBlockStyle(node) && !flow ? text.indexOf("\n") : -1;
      if (header >= 0) out.raw(text.slice(0, header) + remark + text.slice(header));
      else out.raw(text + remark);
      return;
    }
    if (node.kind === "alias") out.raw(`*${node.name}${flow && node.parent?.kind === "map" ? " " : ""}`);
    else if (hasSource(node) && node.flow) {
      this.#flow(node, column - lineIndent(node));
    } else this.#newFlow(node);
    out.raw(remark);
  }

  #scalar(node: ScalarNode, column: number, flow: boolean): string {
    const { source, start, end } = node;
    if (source === undefined || node.changed || flow) return this.#spell(node, column, flow);
    if (!isBlockStyle(node)) {
      const text = source.text.slice(start, end).replaceAll("\r\n", "\n");
      return text.includes("\n") ? reindent(text, column - lineIndent(node), false) : text;
    }
    const { indicator, content } = readBlockHeader(source.text, start);
    const header = /^[|>][-+0-9]*/.exec(source.text.slice(start, start + 4))?.[0] ?? "|";
    if (content > end) return header;
    const target = Math.max(column, 0) + (indicator > 0 ? indicator : this.#layout.width);
    const lines = source.text.slice(content, end).replaceAll("\r\n", "\n");
    return `${header}\n${reindent(lines, target - node.indent, true)}`;
  }

  #spell(node: ScalarNode, column: number, flow: boolean): string {
    const { text, type } = node;
    if (flow && this.#layout.isJson) {
      if (type === "string") return double(text);
      if (text === "") return "null";
    }
    if (text === "" && node.style === "plain")
      return type === "null" && !flow ? "" : type === "null" ? "null" : '""';
    // Only blocks have lines of their own to lay out.
    const width = isBlockStyle(node) ? this.#layout.width : 2;
    return spellScalar(text, node.style, { flow, column: Math.max(column, 0) + width, indicator: width });
  }

  // Flow collections

  #flow(node: MapNode | SeqNode, shift: number): void {
    if (!hasSource(node)) {
      this.#newFlow(node);
      return;
    }
    if (!node.restructured && childrenOf(node).every(isInPlace)) {
      this.#patched(node, childrenOf(node), node.start, node.end, shift);
      return;
    }
    materialize(node);
    const [open, close] = node.kind === "map" ? ["{", "}"] : ["[", "]"];
    const size = node.size;
    if (size === 0) {
      this.#out.raw(open + close);
      return;
    }
    const first = firstSeparator(node);
    const lineBreak = /\n[ \t]*$/.exec(first.replaceAll("\r\n", "\n"))?.[0];
    const between = lineBreak === undefined ? ", " : `,${lineBreak}`;
    for (let i = 0; i < size; i++) {
      const trivia = triviaOf(node, i);
      const previous = triviaOf(node, i - 1);
      if (i === 0) this.#out.lines(undefined, 0);
      let separator = i === 0 ? first : between;
      if (
        i > 0 &&
        trivia?.separator !== undefined &&
        trivia.order > 0 &&
        previous?.order === trivia.order - 1
      ) {
        separator = trivia.separator;
      }
      this.#out.raw(reindent(separator.replaceAll("\r\n", "\n"), shift, false));
      this.#flowSlot(node, i, trivia, shift);
    }
    this.#out.raw(reindent((node.tail ?? close).replaceAll("\r\n", "\n"), shift, false));
  }

  #flowSlot(node: MapNode | SeqNode, index: number, trivia: Trivia | undefined, shift: number): void {
    const entry = node.kind === "map" ? node.entries[index] : undefined;
    const value = entry?.value ?? (node.kind === "seq" ? node.items[index] : undefined);
    if (value === undefined) return;
    const children = entry === undefined ? [value] : [entry.key, value];
    if (hasSource(node) && trivia !== undefined && !trivia.isFresh && children.every(isInPlace)) {
      this.#patched(node, children, trivia.from, trivia.to, shift);
      return;
    }
    if (entry !== undefined) {
      this.#flowValue(entry.key, shift);
      this.#out.raw(": ");
    }
    this.#flowValue(value, shift);
  }

  #flowValue(node: YamlNode, shift: number): void {
    this.#props(node, "");
    if (hasSource(node) && node.kind !== "scalar" && node.kind !== "alias" && node.flow)
      this.#flow(node, shift);
    else this.#value(node, 0, true);
  }

  #newFlow(node: MapNode | SeqNode): void {
    const out = this.#out;
    out.raw(node.kind === "map" ? "{" : "[");
    for (let i = 0; i < node.size; i++) {
      if (i > 0) out.raw(", ");
      this.#flowSlot(node, i, undefined, 0);
    }
    out.raw(node.kind === "map" ? "}" : "]");
  }
}
