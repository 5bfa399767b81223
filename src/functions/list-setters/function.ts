import type { ResourceList } from "../../core/resource-list.ts";
import type { MapEntry, ScalarNode, SeqNode } from "../../core/yaml/node.ts";
import { stringify } from "../../core/yaml/print.ts";
import { olderFailure } from "../../sdk/failure.ts";
import { follow } from "../../sdk/nodes.ts";
import { mayContain, walk } from "../../sdk/walk.ts";
import { listComment, parseList } from "../apply-setters/array.ts";
import { valuesFrom } from "../apply-setters/pattern.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { settersOfKptfile } from "./kptfile-setters.ts";

export const fn: CatalogFunction = { name: "list-setters", run };

interface Setter {
  name: string;
  value: string;
  type: string;
  count: number;
}

function run(list: ResourceList): void {
  const setters = new Setters();
  try {
    for (const [name, value] of settersOfKptfile(list)) setters.declare(name, value);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    olderFailure(list, `failed to list setters: ${thrown.message}`, thrown.message);
  }
  for (const item of list.items) {
    if (!mayContain(item.node, "# kpt-set: ")) continue;
    walk(item.node, {
      list: (entry, node) => setters.seeList(entry, node),
      scalar: (node, place) => setters.seeScalar(node, place.comment),
    });
  }
  const found = setters.sorted();
  if (found.length === 0) list.results.push({ message: "no setters found", severity: "warning" });
  for (const { name, value, type, count } of found) {
    list.results.push({ message: `Name: ${name}, Value: ${value}, Type: ${type}, Count: ${count}` });
  }
}

function patternIn(comment: string | undefined): string {
  const mark = "# kpt-set: ";
  return comment?.startsWith(mark) ? comment.slice(mark.length).trim() : "";
}

class Setters {
  readonly #arrays = new Map<string, Setter>();
  readonly #scalars = new Map<string, Setter>();

  declare(name: string, value: string): void {
    const list = parseList(value);
    if (list === undefined) {
      this.#scalars.set(name, { name, value, type: "str", count: 0 });
      return;
    }
    const texts = list.items.map(item => stringify(item.clone()).replaceAll("\n", ""));
    this.#arrays.set(name, { name, value: `[${texts.join(", ")}]`, type: "array", count: 0 });
  }

  seeList(entry: MapEntry, list: SeqNode): void {
    const pattern = patternIn(listComment(entry, list));
    if (pattern === "") return;
    const name = pattern.replace(/^\$\{/, "").replace(/\}$/, "");
    const known = this.#arrays.get(name);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const values = list.items.map(item => {
      const node = follow(item);
      return node?.kind === "scalar" ? node.text : "";
    });
    this.#arrays.set(name, { name, value: `[${values.sort().join(", ")}]`, type: "array", count: 1 });
  }

  seeScalar(node: ScalarNode, comment: string | undefined): void {
    const pattern = patternIn(comment);
    if (pattern === "" || node.type === "null") return;
    const type = node.type === "string" ? "str" : node.type;
    for (const [name, value] of valuesFrom(pattern, node.text)) {
      const known = this.#scalars.get(name);
      if (known === undefined) this.#scalars.set(name, { name, value, type, count: 1 });
      else {
        // A declared or interpolated value says little about the type.
        if (known.type === "str") known.type = type;
        known.count++;
      }
    }
  }

  sorted(): Setter[] {
    const all = [...this.#arrays.values(), ...this.#scalars.values()];
    return all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
}
