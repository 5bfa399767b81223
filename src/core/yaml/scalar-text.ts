import type { ScalarStyle, ScalarType } from "./node.ts";

/**
 * The value of a scalar as spelled between `start` and `end`, quotes and block header included. Everything is
 * taken as well-formed: the reader has seen it before. `indent` is that of a block scalar's lines.
 */
export function decodeScalar(
  text: string,
  start: number,
  end: number,
  style: ScalarStyle,
  indent: number,
): string {
  switch (style) {
    case "plain": {
      const raw = text.slice(start, end);
      return raw.includes("\n") ? foldLines(raw) : raw;
    }
    case "single": {
      const raw = text.slice(start + 1, end - 1);
      const folded = raw.includes("\n") ? foldLines(raw) : raw;
      return folded.includes("''") ? folded.replaceAll("''", "'") : folded;
    }
    case "double": {
      const raw = text.slice(start + 1, end - 1);
      if (!raw.includes("\\")) return raw.includes("\n") ? foldLines(raw) : raw;
      return decodeDouble(raw);
    }
    default:
      return decodeBlock(text, start, end, style, indent);
  }
}

/** Flow folding: one break becomes a blank, n breaks become n - 1, blanks around breaks vanish. */
function foldLines(raw: string): string {
  const lines = raw.split("\n");
  let result = trimEnd(lines[0]!);
  let breaks = 0;
  for (let i = 1; i < lines.length; i++) {
    const isLast = i === lines.length - 1;
    const line = isLast ? trimStart(dropReturn(lines[i]!, isLast)) : trimStart(trimEnd(lines[i]!));
    breaks++;
    if (line === "" && !isLast) continue;
    result += breaks === 1 ? " " : "\n".repeat(breaks - 1);
    result += line;
    breaks = 0;
  }
  return result;
}

function dropReturn(line: string, isLast: boolean): string {
  return !isLast && line.endsWith("\r") ? line.slice(0, -1) : line;
}

function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && isBlankCode(line.charCodeAt(end - 1))) end--;
  return end === line.length ? line : line.slice(0, end);
}

function trimStart(line: string): string {
  let start = 0;
  while (start < line.length && isBlankCode(line.charCodeAt(start))) start++;
  return start === 0 ? line : line.slice(start);
}

function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["t", "\t"],
  ["\t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  [" ", " "],
  ['"', '"'],
  ["/", "/"],
  ["\\", "\\"],
  ["N", "\x85"],
  ["_", "\xa0"],
  ["L", "\u2028"],
  ["P", "\u2029"],
]);
const hexLengths: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** What the escape at a backslash stands for and how long it is; undefined when there is no such escape. */
export function readEscape(text: string, at: number): { value: string; length: number } | undefined {
  const letter = text[at + 1] ?? "";
  const simple = escapes.get(letter);
  if (simple !== undefined) return { value: simple, length: 2 };
  const digits = hexLengths.get(letter);
  if (digits === undefined) return undefined;
  const hex = text.slice(at + 2, at + 2 + digits);
  if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) return undefined;
  return { value: digits === 4 ? String.fromCharCode(code) : String.fromCodePoint(code), length: 2 + digits };
}

function decodeDouble(raw: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < raw.length; ) {
    const code = raw.charCodeAt(at);
    if (code === 0x5c) {
      pieces.push(raw.slice(from, at));
      const next = raw[at + 1] === "\r" && raw[at + 2] === "\n" ? 2 : 1;
      if (raw[at + next] === "\n") {
        // An escaped line break joins the lines; blank lines behind it still count as breaks.
        at += next + 1;
        let breaks = 0;
        for (;;) {
          const end = skipBlank(raw, at);
          if (raw[end] !== "\n") {
            at = end;
            break;
          }
          breaks++;
          at = end + 1;
        }
        pieces.push("\n".repeat(breaks));
      } else {
        const found = readEscape(raw, at);
        pieces.push(found?.value ?? "");
        at += found?.length ?? 2;
      }
      from = at;
    } else if (code === 0x0a) {
      pieces.push(trimEndFrom(raw, from, at));
      let breaks = 0;
      while (raw[at] === "\n") {
        breaks++;
        at = skipBlank(raw, at + 1);
      }
      pieces.push(breaks === 1 ? " " : "\n".repeat(breaks - 1));
      from = at;
    } else at++;
  }
  pieces.push(raw.slice(from));
  return pieces.join("");
}

function trimEndFrom(raw: string, from: number, to: number): string {
  let end = to;
  while (end > from && isBlankCode(raw.charCodeAt(end - 1))) end--;
  return raw.slice(from, end);
}

function skipBlank(raw: string, from: number): number {
  let at = from;
  while (isBlankCode(raw.charCodeAt(at))) at++;
  return at;
}

export interface BlockHeader {
  /** Explicit indentation indicator, 0 when there is none. */
  indicator: number;
  chomp: "clip" | "strip" | "keep";
  /** Offset of the first line of the content. */
  content: number;
}

/** Reads `|2-` and what follows up to the end of its line. */
export function readBlockHeader(text: string, start: number): BlockHeader {
  let indicator = 0;
  let chomp: BlockHeader["chomp"] = "clip";
  let at = start + 1;
  for (; at < start + 3; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2d) chomp = "strip";
    else if (code === 0x2b) chomp = "keep";
    else if (code >= 0x31 && code <= 0x39) indicator = code - 0x30;
    else break;
  }
  const end = text.indexOf("\n", at);
  return { indicator, chomp, content: end < 0 ? text.length : end + 1 };
}

function decodeBlock(text: string, start: number, end: number, style: ScalarStyle, indent: number): string {
  const { chomp, content } = readBlockHeader(text, start);
  if (content > end || (content === end && (chomp !== "keep" || text[content - 1] !== "\n"))) return "";
  const body = text.slice(content, end);
  const lines = body.split("\n").map(line => {
    const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
    return bare.length >= indent ? bare.slice(indent) : bare.replace(/^ +/, "");
  });
  // The range of the node ends before its last line break. A text that ends without one reads as if it had it,
  // so that a value doesn't change when something is added below.
  let last = lines.length;
  while (last > 0 && lines[last - 1] === "") last--;
  const trailing = lines.length - last + (last === 0 ? 0 : 1);
  const kept = lines.slice(0, last);
  const joined = style === "literal" ? kept.join("\n") : foldBlock(kept);
  if (chomp === "strip") return joined;
  if (chomp === "clip") return last === 0 ? "" : trailing > 0 ? `${joined}\n` : joined;
  return joined + "\n".repeat(trailing);
}

function foldBlock(lines: readonly string[]): string {
  let result = "";
  let breaks = 0;
  let previousIsText = false;
  let isFirst = true;
  for (const line of lines) {
    if (line === "") {
      breaks++;
      continue;
    }
    const isText = line[0] !== " " && line[0] !== "\t";
    if (isFirst) result += "\n".repeat(breaks);
    else if (previousIsText && isText) result += breaks === 0 ? " " : "\n".repeat(breaks);
    else result += "\n".repeat(breaks + 1);
    result += line;
    breaks = 0;
    previousIsText = isText;
    isFirst = false;
  }
  return result;
}

const words: ReadonlyMap<string, ScalarType> = new Map([
  ...["", "~", "null", "Null", "NULL"].map(word => [word, "null"] as const),
  ...["true", "True", "TRUE", "false", "False", "FALSE"].map(word => [word, "bool"] as const),
  ...[
    ".inf",
    ".Inf",
    ".INF",
    "+.inf",
    "+.Inf",
    "+.INF",
    "-.inf",
    "-.Inf",
    "-.INF",
    ".nan",
    ".NaN",
    ".NAN",
  ].map(word => [word, "float"] as const),
]);

const decimalInteger = /^[-+]?(?:0|[1-9][0-9]*)$/;
const otherInteger = /^[-+]?(?:0[0-7]+|0o[0-7]+|0b[01]+|0x[0-9a-fA-F]+)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** The type of a plain scalar as Go's yaml.v3 resolves it: YAML 1.2 with the octal and `1_000` of 1.1. */
export function plainType(text: string): ScalarType {
  const first = text.charCodeAt(0);
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!isNumeric) {
    if (text.length > 5) return "string";
    return words.get(text) ?? "string";
  }
  const word = words.get(text);
  if (word !== undefined) return word;
  const bare = text.includes("_") ? text.replaceAll("_", "") : text;
  if (decimalInteger.test(bare) || otherInteger.test(bare)) return "int";
  return float.test(bare) ? "float" : "string";
}

const tagTypes: ReadonlyMap<string, ScalarType> = new Map([
  ["!!str", "string"],
  ["!!int", "int"],
  ["!!float", "float"],
  ["!!bool", "bool"],
  ["!!null", "null"],
  ["!!binary", "string"],
  ["!!timestamp", "string"],
  ["!", "string"],
]);
const longTag = "tag:yaml.org,2002:";

/** The type of any scalar; its tag decides when it has one. */
export function scalarType(text: string, style: ScalarStyle, tag: string | undefined): ScalarType {
  if (tag !== undefined) {
    const short = tag.startsWith(`!<${longTag}`) ? `!!${tag.slice(longTag.length + 2, -1)}` : tag;
    const type = tagTypes.get(short);
    if (type !== undefined) return type;
    return "string";
  }
  return style === "plain" ? plainType(text) : "string";
}

/** The plain value of a scalar: exact, so integers beyond 2^53 are bigints. */
export function scalarValue(text: string, type: ScalarType): null | boolean | number | bigint | string {
  switch (type) {
    case "null":
      return null;
    case "bool":
      return /^t/i.test(text);
    case "int":
      return integerValue(text);
    case "float":
      return floatValue(text);
    default:
      return text;
  }
}

function integerValue(text: string): number | bigint | string {
  const bare = text.replaceAll("_", "");
  const negative = bare.startsWith("-");
  let digits = bare.replace(/^[-+]/, "");
  if (/^0[0-7]+$/.test(digits)) digits = `0o${digits.slice(1)}`;
  if (!/^(?:[0-9]+|0o[0-7]+|0b[01]+|0x[0-9a-fA-F]+)$/.test(digits)) return text;
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return negative ? (value === 0 ? 0 : -value) : value;
  // BigInt of a hostile number of digits would take quadratic time.
  if (digits.length > 10_000) return negative ? -Infinity : Infinity;
  return negative ? -BigInt(digits) : BigInt(digits);
}

function floatValue(text: string): number | string {
  const word = text.toLowerCase();
  if (word === ".nan") return Number.NaN;
  if (word === ".inf" || word === "+.inf") return Infinity;
  if (word === "-.inf") return -Infinity;
  const value = Number(text.replaceAll("_", ""));
  return Number.isNaN(value) ? text : value;
}
