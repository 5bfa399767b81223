import type { MapNode, ScalarNode, SeqNode, YamlNode } from "./node.ts";
import { double, isLiteralSpelling, spellScalar } from "./quote.ts";
import { isBlockCollection, reindent } from "./region.ts";
import { readBlockHeader } from "./scalar-text.ts";
import type { Trivia } from "./trivia.ts";
import { materialize } from "./trivia.ts";

/**
 * The text that Go's kyaml encoder gives for a tree: two blanks per level, all sequences in one style, no blank
 * lines, one blank before a comment; key order, quotes, comments, block scalars, anchors, tags and brackets stay.
 * It ends with a line break.
 */
export function canonicalText(node: YamlNode, options: { indentSeq?: "compact" | "wide" } = {}): string {
  const printer = new CanonicalPrinter(options.indentSeq !== "wide");
  printer.root(node);
  return printer.lines.join("");
}

class CanonicalPrinter {
  readonly lines: string[] = [];
  readonly #isCompact: boolean;

  constructor(isCompact: boolean) {
    this.#isCompact = isCompact;
  }

  root(node: YamlNode): void {
    if (isFilled(node)) this.#block(node, 0, "");
    else this.lines.push(`${props(node, "")}${this.#inline(node, -2)}\n`);
  }

  /** Prints a block collection; `first` is what begins the line of its first entry when a dash has begun it. */
  #block(node: MapNode | SeqNode, column: number, first: string): void {
    materialize(node);
    const blanks = " ".repeat(column);
    let prefix = first === "" ? blanks : first;
    for (let i = 0; i < node.size; i++) {
      const entry = node.kind === "map" ? node.entries[i] : undefined;
      const value = entry?.value ?? (node.kind === "seq" ? node.items[i] : undefined);
      const trivia = node.kind === "map" ? entry?.trivia : node.trivia?.[i];
      if (value === undefined) continue;
      for (const comment of [...comments(trivia?.gap), ...comments(trivia?.head)]) {
        this.lines.push(`${prefix}${comment}\n`);
        prefix = blanks;
      }
      if (entry === undefined) this.#item(value, trivia, column, `${prefix}-`);
      else this.#entry(entry.key, value, trivia, column, prefix);
      prefix = blanks;
      for (const comment of comments(trivia?.foot)) this.lines.push(`${blanks}${comment}\n`);
    }
    for (const comment of comments(node.tail)) this.lines.push(`${blanks}${comment}\n`);
  }

  #entry(key: YamlNode, value: YamlNode, trivia: Trivia | undefined, column: number, prefix: string): void {
    const name = `${prefix}${props(key, "")}${this.#flow(key)}:${props(value, " ").trimEnd()}`;
    if (isFilled(value)) {
      this.lines.push(`${name}${remark(trivia?.key ?? trivia?.line)}\n`);
      this.#block(value, value.kind === "seq" && this.#isCompact ? column : column + 2, "");
    } else this.#last(name, value, trivia, column);
  }

  #item(value: YamlNode, trivia: Trivia | undefined, column: number, dash: string): void {
    const name = dash + props(value, " ").trimEnd();
    if (isFilled(value)) {
      const comment = remark(trivia?.key ?? trivia?.line);
      if (comment !== "" || name !== dash) {
        this.lines.push(`${name}${comment}\n`);
        this.#block(value, column + 2, "");
      } else this.#block(value, column + 2, `${dash} `);
    } else this.#last(name, value, trivia, column);
  }

  /** Prints a value on the line of its key or dash. */
  #last(name: string, value: YamlNode, trivia: Trivia | undefined, column: number): void {
    const text = this.#inline(value, column);
    const comment = remark(trivia?.line ?? trivia?.key);
    const isBlock = value.kind === "scalar" && (value.style === "literal" || value.style === "folded");
    const header = isBlock ? text.indexOf("\n") : -1;
    const line = header < 0 ? text + comment : text.slice(0, header) + comment + text.slice(header);
    this.lines.push(`${name}${text === "" ? "" : " "}${line}\n`);
  }

  #inline(node: YamlNode, column: number): string {
    if (node.kind !== "scalar") return this.#flow(node);
    const { style, text } = node;
    if (style !== "literal" && style !== "folded") return quoted(node, false);
    const content = Math.max(column + 2, 0);
    if (style === "literal" && (isLiteralSpelling(text) || node.source === undefined || node.changed)) {
      return spellScalar(text, style, { flow: false, column: content, indicator: 2 });
    }
    return blockSource(node, content);
  }

  /** Prints a node as it stands inside brackets or as a key. */
  #flow(node: YamlNode): string {
    if (node.kind === "alias") return `*${node.name}`;
    if (node.kind === "scalar") return quoted(node, true);
    if (node.kind === "seq") {
      return `[${node.items.map(item => props(item, "") + this.#flow(item)).join(", ")}]`;
    }
    const pairs = node.entries.map(
      ({ key, value }) => `${props(key, "")}${this.#flow(key)}: ${props(value, "")}${this.#flow(value)}`,
    );
    return `{${pairs.join(", ")}}`;
  }
}

function isFilled(node: YamlNode): node is (MapNode | SeqNode) & { readonly flow: false } {
  return isBlockCollection(node) && node.size > 0;
}

function quoted(node: ScalarNode, flow: boolean): string {
  const { text, style } = node;
  if (text === "" && style === "plain") return node.type === "null" ? "" : '""';
  const isMultiLine = text.includes("\n");
  if (style === "plain" && isMultiLine) return double(text);
  if (style === "single" && isMultiLine) return double(text);
  return spellScalar(text, style, { flow, column: 0, indicator: 2 });
}

/** A block scalar as it stands in its source, at another column. */
function blockSource(node: ScalarNode, column: number): string {
  const { source, start, end } = node;
  if (source === undefined || node.changed) {
    return spellScalar(node.text, node.style, { flow: false, column, indicator: 2 });
  }
  const { content, indicator } = readBlockHeader(source.text, start);
  const header = /^[|>][-+0-9]*/.exec(source.text.slice(start, start + 4))?.[0] ?? "|";
  if (content > end) return header;
  const lines = source.text.slice(content, end).replaceAll("\r\n", "\n");
  const mark = indicator > 0 ? header.replace(/[1-9]/, "2") : header;
  return `${mark}\n${reindent(lines, column - node.indent, true)}`;
}

function props(node: YamlNode, before: string): string {
  const anchor = node.anchor === undefined ? "" : `${before}&${node.anchor}${before === "" ? " " : ""}`;
  return anchor + (node.tag === undefined ? "" : `${before}${node.tag}${before === "" ? " " : ""}`);
}

function comments(lines: string | undefined): string[] {
  if (lines === undefined) return [];
  return lines
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "");
}

function remark(text: string | undefined): string {
  const comment = text?.trim();
  return comment === undefined || comment === "" ? "" : ` ${comment}`;
}
