import { MapNode, ScalarNode, SeqNode, type YamlNode } from "../../core/yaml/node.ts";
import { newMap, newSeq } from "../../core/yaml/print.ts";
import { follow, isNull } from "../../sdk/nodes.ts";

/** Divides a path at its dots; `\.` and brackets keep dots together, brackets without `=` are just that. */
export function splitPath(path: string): string[] {
  const steps: string[] = [];
  let step = "";
  let depth = 0;
  for (let at = 0; at < path.length; at++) {
    const letter = path[at] ?? "";
    if (letter === "\\" && path[at + 1] === ".") {
      step += ".";
      at++;
    } else if (letter === "." && depth === 0) {
      steps.push(step);
      step = "";
    } else {
      if (letter === "[") depth++;
      else if (letter === "]" && depth > 0) depth--;
      step += letter;
    }
  }
  steps.push(step);
  return steps.filter(each => each !== "").map(each => (/^\[[^=]*\]$/.test(each) ? each.slice(1, -1) : each));
}

/** A place that a path leads to, in a mapping or a list. */
export interface Slot {
  node: YamlNode;
  replace(by: YamlNode): void;
}

/**
 * The places a path leads to. `make`, where given, is put where the last step leads nowhere, and mappings and
 * lists on the way are made as well.
 */
export function slotsAt(root: MapNode, path: string, make: (() => YamlNode) | undefined): Slot[] {
  let slots: Slot[] = [{ node: root, replace: () => {} }];
  const steps = splitPath(path);
  for (const [i, step] of steps.entries()) {
    const next = steps[i + 1];
    const filler = make === undefined ? undefined : () => (next === undefined ? make() : containerFor(next));
    slots = slots.flatMap(slot => below(slot, step, filler));
  }
  return slots;
}

function containerFor(step: string): YamlNode {
  return step === "-" || /^\[.*=.*\]$/.test(step) ? newSeq([]) : newMap({});
}

function below(slot: Slot, step: string, filler: (() => YamlNode) | undefined): Slot[] {
  const node = follow(slot.node);
  if (node instanceof MapNode) return belowMap(node, step, filler);
  if (node instanceof SeqNode) return belowList(node, step, filler);
  return [];
}

function inMap(map: MapNode, key: string): Slot {
  const node = map.get(key);
  if (node === undefined) throw new Error(`no field ${key}`);
  return { node, replace: by => map.set(key, by) };
}

function belowMap(map: MapNode, step: string, filler: (() => YamlNode) | undefined): Slot[] {
  if (step === "*") return map.keys().map(key => inMap(map, key));
  if (isNull(map.get(step))) {
    if (filler === undefined) return map.has(step) ? [inMap(map, step)] : [];
    map.set(step, filler());
  }
  return [inMap(map, step)];
}

function inList(list: SeqNode, index: number): Slot[] {
  const node = list.items[index];
  return node === undefined ? [] : [{ node, replace: by => list.replace(index, by) }];
}

function belowList(list: SeqNode, step: string, filler: (() => YamlNode) | undefined): Slot[] {
  if (step === "*") return list.items.flatMap((_, i) => inList(list, i));
  if (step === "-") {
    if (filler === undefined) return [];
    list.push(filler());
    return inList(list, list.items.length - 1);
  }
  if (/^\d+$/.test(step)) return inList(list, Number(step));
  const condition = /^\[([^=]*)=(.*)\]$/s.exec(step);
  if (condition === null) return [];
  const [, key = "", value = ""] = condition;
  const found = list.items.flatMap((item, i) => (isElement(item, key, value) ? inList(list, i) : []));
  if (found.length > 0 || filler === undefined) return found;
  list.push(key === "" ? value : { [key]: value });
  return inList(list, list.items.length - 1);
}

function isElement(item: YamlNode, key: string, value: string): boolean {
  const node = follow(item);
  const field = key === "" ? node : node instanceof MapNode ? follow(node.get(key)) : undefined;
  return field instanceof ScalarNode && field.text === value;
}
