import { KptError, messageOf } from "../core/error.ts";
import { MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { canonicalText, newMap, newScalar, stringify } from "../core/yaml/print.ts";
import { names } from "./annotations.ts";
import { failure } from "./checks.ts";
import { type Item, takeTravelling } from "./item.ts";
import type { FunctionResult } from "./results.ts";

/** The configuration of one call: an item of the list, or a node of its own. */
export type FunctionConfig = { item: Item } | { node: MapNode } | undefined;

export interface EncodedList {
  text: string;
  /** The lines of each item, by which unchanged ones are known again. */
  chunks: string[];
}

const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";

/** A ResourceList as functions read it: block style, lists compact, annotations last (spec: fn 1.1). */
export function encodeList(
  items: readonly Item[],
  config: FunctionConfig,
  extra: (position: number) => readonly (readonly [string, string])[] = () => [],
  configExtra = extra,
): EncodedList {
  const chunks = items.map((item, i) => indented(wireText(item, extra(i)), "- ", "  "));
  let text = head + (chunks.length === 0 ? "items: []\n" : `items:\n${chunks.join("")}`);
  if (config !== undefined)
    text += `functionConfig:\n${indented(configText(items, config, configExtra), "  ", "  ")}`;
  return { text, chunks };
}

function configText(
  items: readonly Item[],
  config: { item: Item } | { node: MapNode },
  extra: (position: number) => readonly (readonly [string, string])[],
): string {
  if ("node" in config) return canonicalText(config.node, { indentSeq: "compact" });
  const position = items.indexOf(config.item);
  return wireText(config.item, position < 0 ? [] : extra(position));
}

/** One resource in canonical form with everything that travels with it. */
export function wireText(item: Item, extra: readonly (readonly [string, string])[] = []): string {
  if (!(item.node instanceof MapNode)) return canonicalText(item.node, { indentSeq: "compact" });
  const copy = item.node.clone();
  for (const [key, value] of carriedBy(item)) annotate(copy, key, value);
  for (const [key, value] of extra) annotate(copy, key, value);
  return canonicalText(copy, { indentSeq: "compact" });
}

function carriedBy(item: Item): [string, string][] {
  const entries = [...item.carried];
  if (item.origin !== undefined && !item.carried.has(names.seqindent))
    entries.push([names.seqindent, item.seqindent]);
  return entries;
}

function annotate(node: MapNode, key: string, value: string): void {
  let metadata = node.get("metadata");
  if (!(metadata instanceof MapNode)) {
    node.set("metadata", newMap());
    metadata = node.get("metadata");
  }
  if (!(metadata instanceof MapNode)) return;
  let annotations = metadata.get("annotations");
  if (!(annotations instanceof MapNode)) {
    metadata.set("annotations", newMap());
    annotations = metadata.get("annotations");
  }
  if (annotations instanceof MapNode) annotations.set(key, newScalar(value, { style: "single" }));
}

function indented(text: string, first: string, others: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line, i) => (line === "" ? line : (i === 0 ? first : others) + line)).join("\n") + "\n";
}

/** One item of what a function wrote. */
export interface DecodedItem {
  node: YamlNode;
  carried: Map<string, string>;
  /** The lines that it stands on, where the output has the wire's own layout. */
  chunk: string | undefined;
}

export interface DecodedList {
  items: DecodedItem[];
  results: FunctionResult[];
}

/** Reads what a function wrote (spec: fn 1.3). Throws a failure of the step for what is no list of resources. */
export function decodeList(text: string): DecodedList {
  let roots: YamlNode[];
  try {
    roots = parseYaml(text)
      .documents.map(document => document.root)
      .filter(root => root !== undefined);
  } catch (error) {
    if (!(error instanceof KptError)) throw error;
    throw failure(`MalformedYAMLError: ${messageOf(error)}`);
  }
  const list = roots.length === 1 ? roots[0] : undefined;
  if (list instanceof MapNode && isList(list)) {
    const items = list.get("items");
    const nodes = items instanceof SeqNode ? items.items : [];
    const chunks = splitItems(text);
    return {
      items: nodes.map((node, i) => decoded(node, chunks.length === nodes.length ? chunks[i] : undefined)),
      results: readResults(list.get("results")),
    };
  }
  return { items: roots.map(root => decoded(root, undefined)), results: [] };
}

function isList(node: MapNode): boolean {
  const kind = node.text("kind");
  return (kind === "ResourceList" || kind === "List") && (node.has("items") || node.has("functionConfig"));
}

function decoded(element: YamlNode, chunk: string | undefined): DecodedItem {
  const node = withHead(element, chunk);
  if (!(node instanceof MapNode)) {
    const shown = `${stringify(node).trimEnd()}\n`;
    throw failure(
      node instanceof ScalarNode
        ? `wrong node kind: expected MappingNode but got ScalarNode: node contents:\n${shown}`
        : `wrong node kind: expected MappingNode but got SequenceNode: node contents:\n${shown}`,
    );
  }
  return { node, carried: takeTravelling(node), chunk };
}

/** The items of a list with their comments. `text` is what they were read from. */
export function listedNodes(items: readonly YamlNode[], text: string): YamlNode[] {
  const chunks = splitItems(text);
  return items.map((node, i) => withHead(node, chunks.length === items.length ? chunks[i] : undefined));
}

/**
 * An element whose first comment stands behind its dash: `- # licence`. Read by itself, it is the head of the resource,
 * which it was before the resource became an element.
 */
function withHead(node: YamlNode, chunk: string | undefined): YamlNode {
  if (chunk === undefined || !chunk.startsWith("- #")) return node;
  const alone = chunk.replace(/^(?:- | {2})/gm, "");
  return parseYaml(alone).documents[0]?.root ?? node;
}

/** The lines of each item of a block list; empty where the text is laid out otherwise. */
export function splitItems(text: string): string[] {
  const start = text.startsWith("items:\n") ? 0 : text.indexOf("\nitems:\n") + 1;
  if (start === 0 && !text.startsWith("items:\n")) return [];
  const chunks: string[] = [];
  let from = -1;
  let at = start + "items:\n".length;
  while (at < text.length) {
    const end = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at) + 1;
    const first = text[at];
    const isItem = text.startsWith("- ", at);
    if (isItem || (first !== " " && first !== "\n")) {
      if (from >= 0) chunks.push(text.slice(from, at));
      from = isItem ? at : -1;
      if (!isItem) break;
    }
    at = end;
  }
  if (from >= 0) chunks.push(text.slice(from, Math.min(at, text.length)));
  return chunks;
}

function readResults(node: YamlNode | undefined): FunctionResult[] {
  const list = node instanceof MapNode ? node.get("items") : node;
  if (list === undefined || (list instanceof ScalarNode && list.type === "null")) return [];
  if (!(list instanceof SeqNode)) throw failure("yaml: unmarshal errors: `results` must be a list");
  return list.items.map(item => {
    if (!(item instanceof MapNode))
      throw failure("yaml: unmarshal errors: each of `results` must be a mapping");
    return readResult(item);
  });
}

function readResult(node: MapNode): FunctionResult {
  const result: FunctionResult = {};
  const message = node.text("message");
  if (message !== undefined) result.message = message;
  const severity = node.text("severity");
  if (severity !== undefined) result.severity = severity;
  const ref = node.get("resourceRef");
  if (ref instanceof MapNode) {
    const metadata = ref.get("metadata");
    const name = ref.text("name") ?? (metadata instanceof MapNode ? metadata.text("name") : undefined);
    const namespace =
      ref.text("namespace") ?? (metadata instanceof MapNode ? metadata.text("namespace") : undefined);
    result.resourceRef = defined({
      apiVersion: ref.text("apiVersion"),
      kind: ref.text("kind"),
      name,
      namespace,
    });
  }
  const field = node.get("field");
  if (field instanceof MapNode) {
    result.field = defined({
      path: field.text("path"),
      currentValue: valueText(field.get("currentValue")),
      proposedValue: valueText(field.get("proposedValue") ?? field.get("suggestedValue")),
    });
  }
  const file = node.get("file");
  if (file instanceof MapNode) {
    const index = Number(file.text("index") ?? 0);
    result.file = defined({
      path: file.text("path"),
      index: Number.isSafeInteger(index) ? index : undefined,
    });
  }
  const tags = node.get("tags");
  if (tags instanceof MapNode) result.tags = new Map(tags.keys().map(key => [key, tags.text(key) ?? ""]));
  return result;
}

function valueText(node: YamlNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node instanceof ScalarNode) return node.text;
  return stringify(node).trim();
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  const result: Defined<T> = {};
  for (const key in value) {
    const entry = value[key];
    if (isDefined(entry)) result[key] = entry;
  }
  return result;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

/** The functionConfig that stands for `configMap`. */
export function functionInput(data: ReadonlyMap<string, string>): MapNode {
  const node = newMap({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "function-input" } });
  node.set("data", dataNode(data));
  return node;
}

/** The functionConfig that stands for arguments of `eval`; its odd order of keys is Go kpt's. */
export function functionArguments(kind: string, data: ReadonlyMap<string, string>): MapNode {
  const node = newMap({ metadata: { name: "function-input" } });
  node.set("data", dataNode(data));
  node.set("kind", kind);
  node.set("apiVersion", "v1");
  return node;
}

/** In braces, and with bare keys wherever they can be bare: `n` too, which our writer would quote. */
function dataNode(data: ReadonlyMap<string, string>): YamlNode {
  const bare = [...data.keys()].filter(key => /^[A-Za-z_][\w.-]*$/.test(key));
  const node = parseYaml(`{${bare.map(key => `${key}: ""`).join(", ")}}`).documents[0]?.root;
  if (!(node instanceof MapNode)) return newMap(data, { flow: true });
  const map = newMap({}, { flow: true });
  for (const [key, value] of data) {
    if (bare.includes(key)) node.set(key, newScalar(value));
    else node.set(key, value);
  }
  return node.size === 0 ? map : node;
}
