import type { ScalarStyle } from "./node.ts";
import { plainType } from "./scalar-text.ts";

// The rules are those of Go's yaml.v3 (encode.go, emitterc.go), which the files of kpt's users are written by.

const oldBooleans = /^(?:y|yes|on|n|no|off|Y|N|Yes|YES|On|ON|No|NO|Off|OFF)$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const timestamp = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}.*)?$/;
const oldNumber = /^[-+]?(?:0o?[0-7_]+|[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|0x[0-9a-fA-F_]+|0b[01_]+)$/;

/** Whether a reader of YAML 1.1 or 1.2 could take the bare text for something else than a string. */
export function isAmbiguous(text: string): boolean {
  if (text === "" || text === "=" || text === "<<") return true;
  const code = text.charCodeAt(0);
  const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  if (isLetter) return text.length <= 5 && (plainType(text) !== "string" || oldBooleans.test(text));
  if (text.length > 100) return plainType(text) !== "string";
  return (
    plainType(text) !== "string" || sexagesimal.test(text) || timestamp.test(text) || oldNumber.test(text)
  );
}

const special =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const startsAsIndicator = /^(?:[#,[\]{}&*!|>'"%@`]|[-?:](?:\s|$)|---|\.\.\.)/;
const flowIndicator = /[,?[\]{}]|:$|:[,[\]{}]|^[?:]|^-(?:\s|$)/;

/** Whether the text can stand bare, as far as syntax goes. */
export function isPlainSpelling(text: string, flow = false): boolean {
  if (text === "") return false;
  if (/[\t\n]/.test(text) || special.test(text)) return false;
  if (text.startsWith(" ") || text.endsWith(" ") || startsAsIndicator.test(text)) return false;
  if (text.includes(": ") || text.endsWith(":") || text.includes(" #")) return false;
  return !flow || !flowIndicator.test(text);
}

/** Whether the text can be a literal block that reads back the same. */
export function isLiteralSpelling(text: string): boolean {
  return text !== "" && !special.test(text) && !text.includes(" \n") && !/[ \t]$/.test(text);
}

/** Whether a block that is literal already can hold the text: blanks at line ends are kept, but hard to see. */
function canStayLiteral(text: string): boolean {
  return text !== "" && !special.test(text) && !/^[ \t]+\n|(?:^|\n)[ \t]+\n*$|[ \t]$/.test(text);
}

/** The style of a new string. */
export function chooseStyle(text: string): ScalarStyle {
  if (text.includes("\n")) return isLiteralSpelling(text) ? "literal" : "double";
  if (isAmbiguous(text)) return "double";
  if (isPlainSpelling(text)) return "plain";
  return special.test(text) || text.includes("\t") ? "double" : "single";
}

/**
 * The style for a text where a scalar had `style`: the same if it allows the text. `anyType` says that a plain
 * spelling may read as another type than string.
 */
export function restyle(text: string, style: ScalarStyle, anyType: boolean): ScalarStyle {
  switch (style) {
    case "plain":
      return isPlainSpelling(text) && (anyType || !isAmbiguous(text)) ? "plain" : chooseStyle(text);
    case "single":
      return text.includes("\n") || text.includes("\t") || special.test(text) ? chooseStyle(text) : "single";
    case "double":
      return "double";
    case "literal":
      return canStayLiteral(text) ? "literal" : "double";
    default:
      if (!isLiteralSpelling(text)) return chooseStyle(text);
      return text.replace(/\n$/, "").includes("\n") ? "literal" : "folded";
  }
}

export interface Spelling {
  /** Whether the scalar stands inside brackets or as a key, where block scalars can't. */
  flow: boolean;
  /** Column of the lines of a block scalar. */
  column: number;
  /** What an indentation indicator has to say there. */
  indicator: number;
}

/** The spelling of a text in a style, or the nearest one that its place allows. */
export function spellScalar(text: string, style: ScalarStyle, { flow, column, indicator }: Spelling): string {
  switch (style) {
    case "plain":
      if (text === "" || !flow || isPlainSpelling(text, true)) return text;
      return isPlainSpelling(text) ? single(text) : double(text);
    case "single":
      return single(text);
    case "double":
      return double(text);
    default:
      return flow ? double(text) : block(text, style, column, indicator);
  }
}

function single(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function block(text: string, style: "literal" | "folded", column: number, indicator: number): string {
  const mark = style === "literal" ? "|" : ">";
  const hint = /^[ \t\n]/.test(text) ? String(indicator) : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const blanks = " ".repeat(column);
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text)
    .split("\n")
    .map(line => (line === "" ? "" : blanks + line));
  return `${mark}${hint}${chomp}\n${lines.join("\n")}`;
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["\0", "\\0"],
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\v", "\\v"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ["\x1b", "\\e"],
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\x85", "\\N"],
  ["\xa0", "\\_"],
  ["\u2028", "\\L"],
  ["\u2029", "\\P"],
]);

/** A double-quoted spelling on one line. */
export function double(text: string): string {
  const escaped = text.replace(/["\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g, character => {
    const short = shortEscapes.get(character);
    if (short !== undefined) return short;
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`
      : `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  });
  return `"${loneSurrogates(escaped)}"`;
}

function loneSurrogates(text: string): string {
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    half => `\\u${half.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
