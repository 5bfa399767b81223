import { addResults, type ResourceList, type Result } from "../../core/resource-list.ts";
import type { MapEntry, MapNode, ScalarNode, SeqNode } from "../../core/yaml/node.ts";
import { rawData } from "../../sdk/config.ts";
import { olderFailure } from "../../sdk/failure.ts";
import { respell } from "../../sdk/nodes.ts";
import { quote } from "../../sdk/quote.ts";
import { mayContain, type Place, walk } from "../../sdk/walk.ts";
import { type CatalogFunction, type FunctionCall, isBefore } from "../catalog-function.ts";
import { fillList, listComment, parseList } from "./array.ts";
import { nameOf, referencesOf, refersTo, valuesFrom } from "./pattern.ts";

export const fn: CatalogFunction = { name: "apply-setters", run };

/** Exactly so, blanks included, or it is an ordinary comment. */
export const setterComment = "# kpt-set: ";

function run(list: ResourceList, { tag }: FunctionCall): void {
  const isStrict = isBefore(tag, 0, 2);
  const setters = rawData(list.functionConfig);
  const fail = (text: string): never => olderFailure(list, `failed to apply setters: ${text}`, text);
  if (isStrict && setters.size === 0) fail("input setters list cannot be empty");
  const results: Result[] = [];
  for (const item of list.items) {
    const path = list.places.get(item)?.path;
    try {
      for (const { field, value } of applySetters(item.node, setters)) {
        const message = `set field value to ${quote(value)}`;
        results.push({ message, field: { path: field }, ...(path === undefined ? {} : { file: { path } }) });
      }
    } catch (thrown) {
      if (!(thrown instanceof SetterError)) throw thrown;
      fail(thrown.message);
    }
  }
  if (results.length === 0) {
    if (isStrict) fail("no matches for the input list of setters");
    results.push({ message: "no matches for input setter(s)" });
  }
  addResults(list, results);
}

class SetterError extends Error {}

interface FieldSet {
  field: string;
  value: string;
}

/** Sets the fields of an object whose comments refer to setters. */
function applySetters(root: MapNode, setters: ReadonlyMap<string, string>): FieldSet[] {
  const done: FieldSet[] = [];
  if (setters.size === 0 || !mayContain(root, "# kpt-set:")) return done;
  walk(root, {
    list: (entry, list, path) => {
      const value = setList(entry, list, setters);
      if (value !== undefined) done.push({ field: path(), value });
    },
    scalar: (node, place) => {
      const value = setScalar(node, place, setters);
      if (value !== undefined) done.push({ field: place.path, value });
    },
  });
  return done;
}

function patternIn(comment: string | undefined, setters: ReadonlyMap<string, string>): string | undefined {
  if (comment === undefined || !comment.startsWith(setterComment)) return undefined;
  const pattern = comment.slice(setterComment.length).trim();
  return refersTo(pattern, setters) ? pattern : undefined;
}

function setList(entry: MapEntry, list: SeqNode, setters: ReadonlyMap<string, string>): string | undefined {
  const pattern = patternIn(listComment(entry, list), setters);
  if (pattern === undefined) return undefined;
  if (referencesOf(pattern).length !== 1 || !/^\$\{.*\}$/.test(pattern)) {
    throw new SetterError(`invalid setter pattern for array node: ${quote(pattern)}`);
  }
  const value = setters.get(nameOf(pattern)) ?? "";
  const elements = value === "" ? undefined : parseList(value);
  if (value !== "" && elements === undefined) {
    throw new SetterError(`input to array setter must be an array of values, but found ${quote(value)}`);
  }
  fillList(entry, list, elements);
  return value;
}

function setScalar(node: ScalarNode, place: Place, setters: ReadonlyMap<string, string>): string | undefined {
  const pattern = patternIn(place.comment, setters);
  if (pattern === undefined || node.type === "null") return undefined;
  let text = substitute(pattern, setters);
  if (referencesOf(text).length > 0) text = substitute(text, valuesFrom(pattern, node.text));
  const unresolved = referencesOf(text);
  if (unresolved.length > 0) {
    throw new SetterError(`values for setters [${unresolved.join(" ")}] must be provided`);
  }
  if (text === "") node.setValue("", { style: "double" });
  else respell(node, text);
  return text;
}

function substitute(pattern: string, values: ReadonlyMap<string, string>): string {
  let text = pattern;
  for (const [name, value] of values) text = text.replaceAll(`\${${name}}`, () => value);
  return text;
}
