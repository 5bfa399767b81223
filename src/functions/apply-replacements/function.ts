import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import { type MapNode, ScalarNode, type YamlNode } from "../../core/yaml/node.ts";
import { newScalar } from "../../core/yaml/print.ts";
import { isEmptyConfig } from "../../sdk/config.ts";
import { failWith } from "../../sdk/failure.ts";
import { childMap, childMaps, childSeq, childText, follow } from "../../sdk/nodes.ts";
import { quote } from "../../sdk/quote.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { type Slot, slotsAt } from "./field-path.ts";
import { selectSource, sourceName, targetMatcher } from "./select.ts";

export const fn: CatalogFunction = { name: "apply-replacements", run };

const apiVersion = "fn.kpt.dev/v1alpha1";
const kind = "ApplyReplacements";
const defaultPath = "metadata.name";

function run(list: ResourceList): void {
  const config = list.functionConfig;
  if (config === undefined || isEmptyConfig(config)) {
    failWith(list, "FunctionConfig is missing. Expect `ApplyReplacements`");
  }
  if (config.kind !== kind || config.apiVersion !== apiVersion) {
    failWith(
      list,
      `received functionConfig of kind ${config.kind} and apiVersion ${config.apiVersion}, only functionConfig of kind ${kind} and apiVersion ${apiVersion} is supported`,
    );
  }
  try {
    for (const replacement of childMaps(config.node, "replacements")) replace(list.items, replacement);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    failWith(list, thrown.message);
  }
}

function replace(items: readonly Resource[], replacement: MapNode): void {
  const source = childMap(replacement, "source");
  const sourceValue = childText(replacement, "sourceValue");
  const targets = childMaps(replacement, "targets");
  if ((source === undefined && sourceValue === undefined) || targets.length === 0) {
    throw new Error("replacements must specify a source and at least one target");
  }
  const value = source === undefined ? newScalar(sourceValue ?? "") : sourceOf(items, source);
  for (const target of targets) {
    const select = childMap(target, "select");
    if (select === undefined) throw new Error("target must specify resources to select");
    const isSelected = targetMatcher(select);
    const isRejected = childMaps(target, "reject").map(targetMatcher);
    for (const item of items) {
      if (isSelected(item) && !isRejected.some(test => test(item))) put(item.node, target, value);
    }
  }
}

/** The value of the source's field, or the piece of it that the options choose; detached. */
function sourceOf(items: readonly Resource[], source: MapNode): YamlNode {
  const item = selectSource(items, source);
  const path = childText(source, "fieldPath") || defaultPath;
  const node = follow(slotsAt(item.node, path, undefined)[0]?.node);
  if (node === undefined) {
    throw new Error(`fieldPath \`${path}\` is missing for replacement source ${sourceName(source)}`);
  }
  const { delimiter, index } = optionsOf(source);
  if (delimiter === "") return node.clone();
  if (!(node instanceof ScalarNode)) throw new Error("delimiter option can only be used with scalar nodes");
  const piece = node.text.split(delimiter)[index];
  if (piece === undefined) throw new Error(`options.index ${index} is out of bounds for value ${node.text}`);
  return newScalar(piece);
}

interface Options {
  delimiter: string;
  index: number;
  create: boolean;
}

function optionsOf(map: MapNode): Options {
  const options = childMap(map, "options");
  return {
    delimiter: childText(options, "delimiter") ?? "",
    index: Number(childText(options, "index") ?? "0"),
    create: childText(options, "create") === "true",
  };
}

function put(root: MapNode, target: MapNode, value: YamlNode): void {
  const options = optionsOf(target);
  const given = childSeq(target, "fieldPaths")?.items.map(item => follow(item));
  const paths = given?.length
    ? given.map(node => (node instanceof ScalarNode ? node.text : ""))
    : [defaultPath];
  for (const path of paths) {
    const slots = slotsAt(root, path, options.create ? () => blankFor(value) : undefined);
    if (slots.length === 0) {
      const tried = options.create ? "find or create" : "find";
      throw new Error(`unable to ${tried} field ${quote(path)} in replacement target`);
    }
    for (const slot of slots) setSlot(slot, value, options);
  }
}

/** What stands for a field that is made, until the value comes. */
function blankFor(value: YamlNode): YamlNode {
  return value instanceof ScalarNode ? newScalar("") : value.clone();
}

/** Of a scalar only the text changes: its quotes, its type and its comment stay. */
function setSlot(slot: Slot, value: YamlNode, { delimiter, index }: Options): void {
  const field = follow(slot.node);
  if (delimiter !== "" && !(field instanceof ScalarNode)) {
    throw new Error("delimiter option can only be used with scalar nodes");
  }
  if (!(field instanceof ScalarNode) || !(value instanceof ScalarNode)) {
    slot.replace(value.clone());
    return;
  }
  if (delimiter === "") {
    if (field.type === "null" || (field.text === "" && field.source === undefined))
      slot.replace(value.clone());
    else field.text = value.text;
    return;
  }
  const pieces = field.text.split(delimiter);
  if (index < 0) pieces.unshift(value.text);
  else if (index >= pieces.length) pieces.push(value.text);
  else pieces[index] = value.text;
  field.text = pieces.join(delimiter);
}
