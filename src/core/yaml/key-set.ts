import type { MapNode, YamlNode } from "./node.ts";
import type { SourceText } from "./source.ts";

/** Above this number of keys duplicates are looked for by a set. */
const listedKeys = 8;

/** The keys of one mapping, to find the second of a kind. */
export class KeySet {
  readonly #source: SourceText;
  #set: Set<string> | undefined;

  constructor(source: SourceText) {
    this.#source = source;
  }

  add(key: YamlNode, map: MapNode): void {
    const text = key.kind === "scalar" ? key.text : this.#source.text.slice(key.start, key.end);
    const { entries } = map;
    if (this.#set === undefined && entries.length >= listedKeys) {
      this.#set = new Set(entries.map(entry => entry.keyText));
    }
    const isKnown =
      this.#set === undefined ? entries.some(entry => entry.keyText === text) : this.#set.has(text);
    if (isKnown && text !== "<<") {
      const first = entries.find(entry => entry.keyText === text)?.key.position().line ?? 0;
      const problem = `mapping key ${JSON.stringify(text)} already defined at line ${first}`;
      throw this.#source.error(key.start, problem);
    }
    this.#set?.add(text);
  }
}
