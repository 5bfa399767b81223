import { addResults, type ResourceList, type Result } from "../../core/resource-list.ts";
import { type MapEntry, ScalarNode, SeqNode, type YamlNode } from "../../core/yaml/node.ts";
import { parseYaml } from "../../core/yaml/parse.ts";
import { rawData } from "../../sdk/config.ts";
import { olderFailure } from "../../sdk/failure.ts";
import { toBlockList } from "../../sdk/lists.ts";
import { quote } from "../../sdk/quote.ts";
import { walk } from "../../sdk/walk.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { replacer } from "./replacer.ts";

export const fn: CatalogFunction = { name: "create-setters", run };

interface Setters {
  /** Text of a value to the reference that stands for it, longest first. */
  scalars: [text: string, reference: string][];
  /** Sorted values of a list, and the reference. */
  arrays: [values: string, reference: string][];
}

function run(list: ResourceList): void {
  const fail = (text: string): never => olderFailure(list, `failed to create setters: ${text}`, text);
  const data = rawData(list.functionConfig);
  if (data.size === 0) fail("config map cannot be empty");
  const setters = readSetters(data) ?? fail("parsing error");
  const replace = replacer(setters.scalars);
  const results: Result[] = [];
  for (const item of list.items) {
    const path = list.places.get(item)?.path;
    const report = (field: string, value: string, comment: string): void => {
      const message = `Added line comment ${quote(comment)} for field with value ${quote(value)}`;
      results.push({ message, field: { path: field }, ...(path === undefined ? {} : { file: { path } }) });
    };
    walk(item.node, {
      list: (entry, node, field) => {
        const commented = commentList(entry, node, setters);
        if (commented !== undefined) report(field(), commented.value, commented.comment);
      },
      scalar: (node, place) => {
        if (node.text.includes("\n")) return;
        const replaced = replace(node.text);
        if (replaced === node.text) return;
        const comment = `kpt-set: ${replaced}`;
        place.comment = `# ${comment}`;
        report(place.path, node.text, comment);
      },
    });
  }
  if (results.length === 0) fail("no matches for the input list of setters");
  addResults(list, results);
}

/** Undefined where a value is no YAML or holds nothing. */
function readSetters(data: ReadonlyMap<string, string>): Setters | undefined {
  const setters: Setters = { scalars: [], arrays: [] };
  for (const [name, text] of data) {
    let root: YamlNode | undefined;
    try {
      root = parseYaml(text).documents[0]?.root;
    } catch {
      return undefined;
    }
    if (root === undefined && !text.startsWith("---")) return undefined;
    if (root instanceof SeqNode) setters.arrays.push([sortedValues(root), `\${${name}}`]);
    else if (root instanceof ScalarNode) setters.scalars.push([text, `\${${name}}`]);
  }
  setters.scalars.sort(([a], [b]) => b.length - a.length);
  return setters;
}

function valuesOf(list: SeqNode): string[] {
  return list.items.map(item => (item instanceof ScalarNode ? item.text : "")).sort();
}

function sortedValues(list: SeqNode): string {
  return JSON.stringify(valuesOf(list));
}

/** Comments a list that is the value of a setter; lists with setters inside become blocks. */
function commentList(
  entry: MapEntry,
  list: SeqNode,
  setters: Setters,
): { value: string; comment: string } | undefined {
  const values = valuesOf(list);
  const reference = setters.arrays.find(([wanted]) => wanted === sortedValues(list))?.[1];
  const hasMatch = values.some(value => setters.scalars.some(([text]) => value.includes(text)));
  const isEmpty = list.items.length === 0;
  if (list.flow && !isEmpty && (reference !== undefined || hasMatch)) toBlockList(entry, list);
  if (reference === undefined) return undefined;
  const comment = `kpt-set: ${reference}`;
  if (isEmpty && list.flow) entry.lineComment = `# ${comment}`;
  else entry.keyComment = `# ${comment}`;
  return { value: `[${values.join(" ")}]`, comment };
}
