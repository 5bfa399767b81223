import { RE2JS } from "re2js";
import { globMatcher } from "../../sdk/glob.ts";
import { quote } from "../../sdk/quote.ts";
import { isPlainPath, pathMatcher } from "./path-match.ts";

const names = ["by-value", "by-file-path", "by-value-regex", "by-path", "put-value", "put-comment"] as const;

/** What to look for and what to put there. */
export interface Matchers {
  byPath: string;
  putValue: string;
  putComment: string;
  isFile(path: string): boolean;
  /** Whether a scalar of this text at this path is meant. */
  isMeant(text: string, place: { readonly path: string; readonly lastName: string | undefined }): boolean;
  isPath(path: string): boolean;
  /** Whether the value goes to one named field, wherever there is none yet. */
  putsAtPath: boolean;
  /** The text to put for a value: with the groups of the pattern filled in. */
  resolve(template: string, value: string): string;
}

/**
 * Reads the matchers; throws an Error in the words of the published function. The first releases knew no files, and
 * wanted something to look for.
 */
export function readMatchers(data: ReadonlyMap<string, string>, isFormer: boolean): Matchers {
  const known = names.filter(name => !isFormer || name !== "by-file-path");
  for (const key of data.keys()) {
    if (!known.some(name => name === key)) {
      throw new Error(`invalid matcher ${quote(key)}, must be one of [${known.map(quote).join(" ")}]`);
    }
  }
  const wanted = ["by-value", "by-value-regex", "by-path"] as const;
  if (isFormer && wanted.every(name => !data.get(name))) {
    throw new Error(`at least one of [${wanted.map(quote).join(", ")}] must be provided`);
  }
  const text = (name: (typeof names)[number]): string => data.get(name) ?? "";
  const byValue = text("by-value");
  const byPath = text("by-path");
  const byRegex = text("by-value-regex");
  if (byValue !== "" && byRegex !== "") {
    throw new Error('only one of ["by-value", "by-value-regex"] can be provided');
  }
  const regex = byRegex === "" ? undefined : compile(byRegex);
  const isPath = byPath === "" ? () => false : pathMatcher(byPath);
  const last = byPath.slice(byPath.lastIndexOf(".") + 1);
  const lastName = /[*[]/.test(last) ? undefined : last;
  const byFile = text("by-file-path");
  const hasValue = byValue !== "" || regex !== undefined;
  const isValue = (value: string): boolean => regex?.matcher(value).find() ?? value === byValue;
  return {
    byPath,
    putValue: text("put-value"),
    putComment: text("put-comment"),
    isFile: byFile === "" ? () => true : globMatcher(byFile),
    isMeant: (value, place) => {
      if (hasValue && !isValue(value)) return false;
      if (byPath === "") return hasValue;
      // Most fields are told by their name: the whole path takes longer.
      if (lastName !== undefined && place.lastName !== undefined && place.lastName !== lastName) return false;
      return isPath(place.path);
    },
    isPath,
    putsAtPath: byPath !== "" && isPlainPath(byPath) && !hasValue && text("put-value") !== "",
    resolve: (template, value) => (regex === undefined ? template : fillGroups(template, regex, value)),
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    throw new Error(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function fillGroups(template: string, regex: RE2JS, value: string): string {
  const matcher = regex.matcher(value);
  let filled = template;
  if (matcher.find()) {
    for (let i = 1; i <= matcher.groupCount(); i++) {
      const group = matcher.group(i) ?? "";
      filled = filled.replaceAll(`\${${i}}`, () => group);
    }
  }
  if (/\$\{[0-9]+\}/.test(filled)) throw new Error("unable to resolve capture groups");
  return filled;
}
