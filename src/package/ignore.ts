import { KptError } from "../core/error.ts";

/** One line of a `.krmignore`. */
interface Rule {
  parts: string[];
  anchored: boolean;
  folderOnly: boolean;
}

/**
 * The rules of a `.krmignore`. They look like git's but are kpt's own: a pattern with inner slashes matches the last
 * elements of a path, `**` has no meaning, and `!pattern` wins wherever it stands (spec: fn 2.2).
 */
export class IgnoreRules {
  static readonly none = new IgnoreRules([], []);
  readonly #ignored: readonly Rule[];
  readonly #kept: readonly Rule[];

  constructor(ignored: readonly Rule[], kept: readonly Rule[]) {
    this.#ignored = ignored;
    this.#kept = kept;
  }

  /** Whether a path below the package of the file is left out. A folder that is left out must not be entered. */
  ignores(path: string, isFolder: boolean): boolean {
    if (this.#ignored.length === 0) return false;
    const elements = path.split("/");
    const matches = (rule: Rule) => matchesRule(rule, elements, isFolder);
    return this.#ignored.some(matches) && !this.#kept.some(matches);
  }
}

/** Reads the text of a `.krmignore`; throws with the line of a pattern that cannot be one. */
export function parseIgnore(text: string, file = ".krmignore"): IgnoreRules {
  const ignored: Rule[] = [];
  const kept: Rule[] = [];
  text.split("\n").forEach((raw, number) => {
    let line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const keeps = line.startsWith("!");
    if (keeps) line = line.slice(1).trim();
    if (line.startsWith("\\#")) line = line.slice(1);
    const anchored = line.startsWith("/");
    const folderOnly = line.endsWith("/");
    const parts = line.split("/").filter(part => part !== "" && part !== ".");
    if (parts.length === 0) return;
    for (const part of parts) {
      if (isGlob(part)) continue;
      throw new KptError("VALIDATION", `${JSON.stringify(line)} is not a valid pattern`, {
        place: { file, line: number + 1 },
        hint: `mend or remove line ${number + 1} of ${file}`,
      });
    }
    (keeps ? kept : ignored).push({ parts, anchored, folderOnly });
  });
  return new IgnoreRules(ignored, kept);
}

function matchesRule(rule: Rule, elements: readonly string[], isFolder: boolean): boolean {
  if (rule.folderOnly && !isFolder) return false;
  const offset = rule.anchored ? 0 : elements.length - rule.parts.length;
  if (offset < 0 || (rule.anchored && elements.length !== rule.parts.length)) return false;
  return rule.parts.every((part, i) => matchesGlob(part, elements[offset + i] ?? ""));
}

function isGlob(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "[") {
      const end = classEnd(pattern, i);
      if (end < 0) return false;
      i = end;
    }
    if (i >= pattern.length) return false;
  }
  return true;
}

function classEnd(pattern: string, open: number): number {
  let i = open + 1;
  if (pattern[i] === "^" || pattern[i] === "!") i++;
  for (let first = true; i < pattern.length; i++, first = false) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "]" && !first) return i;
  }
  return -1;
}

/** `*`, `?` and `[…]` within one name; linear in the product of the lengths, whatever the pattern. */
function matchesGlob(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      mark = n;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, name[n] ?? "") : -1;
    if (next >= 0) {
      p = next;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Where the pattern goes on after matching one character, or -1. */
function matchOne(pattern: string, at: number, char: string): number {
  const c = pattern[at];
  if (c === "?") return at + 1;
  if (c === "\\") return pattern[at + 1] === char ? at + 2 : -1;
  if (c !== "[") return c === char ? at + 1 : -1;
  const end = classEnd(pattern, at);
  let i = at + 1;
  const negated = pattern[i] === "^" || pattern[i] === "!";
  if (negated) i++;
  let found = false;
  while (i < end) {
    if (pattern[i] === "\\") i++;
    const low = pattern[i] ?? "";
    let high = low;
    if (pattern[i + 1] === "-" && i + 2 < end) {
      i += 2;
      if (pattern[i] === "\\") i++;
      high = pattern[i] ?? "";
    }
    if (low <= char && char <= high) found = true;
    i++;
  }
  return found !== negated ? end + 1 : -1;
}
