import { detached, inheritTrivia, keepGap, takeCarried, takeRemarks } from "./carried.ts";
import { ItemComments } from "./comments.ts";
import { MapEntry } from "./entry.ts";
import { toPlain } from "./plain.ts";
import type { Path, PlainScalar, PlainValue } from "./scalar-node.ts";
import { type AliasNode, BaseNode, finishCopy, keyNode, type ScalarNode, scalarNode } from "./scalar-node.ts";
import type { SourceText } from "./source.ts";
import { childOf } from "./step.ts";
import type { Trivia } from "./trivia.ts";
import { materialize } from "./trivia.ts";

export type { ItemComments } from "./comments.ts";
export { MapEntry } from "./entry.ts";
export type { Path, PlainScalar, PlainValue, ScalarStyle, ScalarType } from "./scalar-node.ts";
export { AliasNode, ScalarNode, scalarNode } from "./scalar-node.ts";

export type YamlNode = MapNode | SeqNode | ScalarNode | AliasNode;

/** Above this size a mapping is looked up by an index. */
const indexedSize = 12;

export class MapNode extends BaseNode {
  readonly kind = "map";
  /** Whether the mapping is written in braces, or would be if it weren't the only pair in brackets. */
  flow: boolean;
  /** False for the pair in `[key: value]`. */
  hasBraces = true;
  /** Whether entries were added, removed, moved or given other comments or value nodes. */
  restructured = false;
  /** Whether the comments around the entries were taken out of the text. */
  materialized = false;
  /** Text below the last entry that belongs to none, once comments have been looked at. */
  tail: string | undefined;
  readonly #entries: MapEntry[] = [];
  #index: Map<string, MapEntry> | undefined;

  constructor(source: SourceText | undefined, start: number, end: number, flow: boolean) {
    super(source, start, end);
    this.flow = flow;
  }

  get entries(): readonly MapEntry[] {
    return this.#entries;
  }
  get size(): number {
    return this.#entries.length;
  }

  /** Adds an entry that is there in the source; for the reader. */
  adopt(key: YamlNode, value: YamlNode): MapEntry {
    const entry = new MapEntry(this, key, value);
    this.#entries.push(entry);
    return entry;
  }

  entry(key: string): MapEntry | undefined {
    const entries = this.#entries;
    if (entries.length <= indexedSize) {
      for (let i = 0; i < entries.length; i++) if (entries[i]!.keyText === key) return entries[i];
      return undefined;
    }
    if (this.#index === undefined) {
      this.#index = new Map();
      for (const entry of entries) this.#index.set(entry.keyText, entry);
    }
    return this.#index.get(key);
  }
  /** The value of a key; `<<` is not followed. */
  get(key: string): YamlNode | undefined {
    return this.entry(key)?.value;
  }
  has(key: string): boolean {
    return this.entry(key) !== undefined;
  }
  keys(): string[] {
    return this.#entries.map(entry => entry.keyText);
  }
  /** The text of a value if it is a scalar. */
  text(key: string): string | undefined {
    const value = this.get(key);
    return value?.kind === "scalar" ? value.text : undefined;
  }

  /**
   * Sets the value of a key. A scalar set on a scalar keeps its spelling where possible; otherwise the value is
   * replaced and the entry's comments stay. A new entry goes behind the last one, or before or after the entry
   * named in the options if that is there, in the style of the mapping. A node in use elsewhere is copied.
   */
  set(
    key: string,
    value: YamlNode | PlainValue,
    options: { before?: string; after?: string } = {},
  ): MapEntry {
    const present = this.entry(key);
    if (present !== undefined) {
      if (isScalarValue(value) && present.value.kind === "scalar") {
        if (present.value.toJS() !== value) present.value.setValue(value);
      } else if (value !== present.value) present.value = toNode(value);
      return present;
    }
    materialize(this);
    const node = detached(toNode(value));
    const entry = new MapEntry(this, keyNode(key), node);
    entry.trivia = takeCarried(node, this);
    if (this.size === 0) takeRemarks(this, entry.trivia);
    this.#entries.splice(this.#indexFor(options), 0, entry);
    this.#index?.set(key, entry);
    this.restructured = true;
    this.touch();
    return entry;
  }

  #indexFor({ before, after }: { before?: string; after?: string }): number {
    if (before !== undefined) {
      const at = this.#entries.findIndex(entry => entry.keyText === before);
      if (at >= 0) return at;
    }
    if (after !== undefined) {
      const at = this.#entries.findIndex(entry => entry.keyText === after);
      if (at >= 0) return at + 1;
    }
    return this.#entries.length;
  }

  /** Removes an entry with the comments that belong to it. */
  delete(key: string): boolean {
    if (!this.has(key)) return false;
    materialize(this);
    const at = this.#entries.findIndex(entry => entry.keyText === key);
    const [removed] = this.#entries.splice(at, 1);
    this.#index?.delete(key);
    if (removed !== undefined) {
      removed.value.up = undefined;
      keepGap(this, removed.trivia, at === 0, this.#entries[at]?.trivia);
    }
    this.restructured = true;
    this.touch();
    return true;
  }

  /** Gives an entry another key in its place. Throws when the new key is taken. */
  rename(old: string, key: string): void {
    if (old === key) return;
    const entry = this.entry(old);
    if (entry === undefined) throw new Error(`no key ${JSON.stringify(old)}`);
    if (this.has(key)) throw new Error(`key ${JSON.stringify(key)} is taken`);
    if (entry.key.kind === "scalar") {
      entry.key.setValue(key);
      entry.replaceKey(entry.key);
    } else {
      materialize(this);
      entry.replaceKey(keyNode(key));
      if (entry.trivia !== undefined) entry.trivia.isFresh = true;
      this.restructured = true;
      this.touch();
    }
    this.#index = undefined;
  }

  /** Moves an entry with its comments to a position among the others. */
  move(key: string, index: number): void {
    const from = this.#entries.findIndex(entry => entry.keyText === key);
    const to = Math.max(0, Math.min(index, this.#entries.length - 1));
    if (from < 0 || from === to) return;
    materialize(this);
    this.#entries.splice(to, 0, ...this.#entries.splice(from, 1));
    this.restructured = true;
    this.touch();
  }

  /** The node at a path of keys and positions; aliases on the way are followed. */
  getIn(path: Path): YamlNode | undefined {
    let node: YamlNode | undefined = this;
    for (const step of path) node = childOf(node, step);
    return node;
  }

  /** Sets the value at a path; mappings that are missing on the way are made. Throws where a scalar is in the way. */
  setIn(path: Path, value: YamlNode | PlainValue): void {
    let node: YamlNode = this;
    for (let i = 0; i < path.length - 1; i++) {
      const step = path[i]!;
      let next = childOf(node, step);
      if (next === undefined || (next.kind === "scalar" && next.type === "null")) {
        next = new MapNode(undefined, -1, -1, false);
        put(node, step, next);
      }
      node = next.kind === "alias" ? (next.target() ?? next) : next;
    }
    const last = path.at(-1);
    if (last === undefined) throw new Error("an empty path names no field");
    put(node, last, value);
  }

  /** Removes the field or element at a path. */
  deleteIn(path: Path): boolean {
    const last = path.at(-1);
    const holder = this.getIn(path.slice(0, -1));
    if (holder?.kind === "map" && last !== undefined) return holder.delete(String(last));
    if (holder?.kind === "seq" && typeof last === "number" && last < holder.size) {
      holder.remove(last);
      return true;
    }
    return false;
  }

  /** Null-prototype objects and arrays; aliases and `<<` resolved. Throws KptError when aliases blow up. */
  toJS(): unknown {
    return toPlain(this);
  }

  /** A detached copy that remembers its source text and brings its comments along. */
  clone(): MapNode {
    return inheritTrivia(this.copyTree(), this);
  }

  copyTree(): MapNode {
    const copy = new MapNode(this.source, this.start, this.end, this.flow);
    for (const entry of this.#entries) {
      const added = copy.adopt(entry.key.copyTree(), entry.value.copyTree());
      added.trivia = entry.trivia === undefined ? undefined : { ...entry.trivia };
    }
    copy.hasBraces = this.hasBraces;
    copy.restructured = this.restructured;
    copy.materialized = this.materialized;
    copy.tail = this.tail;
    return finishCopy(this, copy);
  }

  /** Becomes what a copy of it (`copyTree`) has become; the copy must not be used any more. */
  takeOver(copy: MapNode): void {
    this.#entries.length = 0;
    this.#index = undefined;
    for (const { key, value, trivia } of copy.entries) this.adopt(key, value).trivia = trivia;
    this.hasBraces = copy.hasBraces;
    this.restructured = copy.restructured;
    this.materialized = copy.materialized;
    this.tail = copy.tail;
    if (copy.changed) this.touch();
  }
}

export class SeqNode extends BaseNode {
  readonly kind = "seq";
  /** Whether the sequence is written in brackets. */
  flow: boolean;
  /** Whether the dashes stood in the column of the key above them. */
  readonly compact: boolean;
  restructured = false;
  /** Whether the comments around the entries were taken out of the text. */
  materialized = false;
  tail: string | undefined;
  /** One for each item, once comments have been looked at. */
  trivia: (Trivia | undefined)[] | undefined;
  readonly #items: YamlNode[] = [];

  constructor(source: SourceText | undefined, start: number, end: number, flow: boolean, compact: boolean) {
    super(source, start, end);
    this.flow = flow;
    this.compact = compact;
  }

  get items(): readonly YamlNode[] {
    return this.#items;
  }
  get size(): number {
    return this.#items.length;
  }

  /** Adds an item that is there in the source; for the reader. */
  adopt(item: YamlNode): void {
    item.up = this;
    this.#items.push(item);
  }

  get(index: number): YamlNode | undefined {
    return this.#items[index];
  }
  push(value: YamlNode | PlainValue): void {
    this.insert(this.#items.length, value);
  }
  /** Adds an item before the one at a position. A node in use elsewhere is copied, with its comments. */
  insert(index: number, value: YamlNode | PlainValue): void {
    materialize(this);
    const node = detached(toNode(value));
    const trivia = takeCarried(node, this);
    if (this.size === 0) takeRemarks(this, trivia);
    this.#items.splice(index, 0, node);
    this.trivia?.splice(index, 0, trivia);
    node.up = this;
    this.restructured = true;
    this.touch();
  }
  /** Removes an item with the comments that belong to it. */
  remove(index: number): void {
    if (index < 0 || index >= this.#items.length) return;
    materialize(this);
    const [removed] = this.#items.splice(index, 1);
    const trivia = this.trivia?.splice(index, 1)[0];
    if (removed !== undefined) removed.up = undefined;
    keepGap(this, trivia, index === 0, this.trivia?.[index]);
    this.restructured = true;
    this.touch();
  }
  /** Puts another value in the place of an item; its comments stay. A scalar keeps its spelling where possible. */
  replace(index: number, value: YamlNode | PlainValue): void {
    const present = this.#items[index];
    if (present === undefined) throw new Error(`no item ${index}`);
    if (present === value) return;
    if (isScalarValue(value) && present.kind === "scalar") {
      if (present.toJS() !== value) present.setValue(value);
      return;
    }
    materialize(this);
    const node = detached(toNode(value));
    present.up = undefined;
    this.#items[index] = node;
    node.up = this;
    const trivia = this.trivia?.[index];
    if (trivia !== undefined) trivia.isFresh = true;
    this.restructured = true;
    this.touch();
  }
  /** Moves an item with its comments. */
  move(from: number, to: number): void {
    if (from === to || this.#items[from] === undefined) return;
    materialize(this);
    this.#items.splice(to, 0, ...this.#items.splice(from, 1));
    this.trivia?.splice(to, 0, ...this.trivia.splice(from, 1));
    this.restructured = true;
    this.touch();
  }
  /** The comments of an item, to read and to set. */
  itemComments(index: number): ItemComments {
    materialize(this);
    return new ItemComments(this, this.trivia?.[index]);
  }

  toJS(): unknown {
    return toPlain(this);
  }

  clone(): SeqNode {
    return inheritTrivia(this.copyTree(), this);
  }

  copyTree(): SeqNode {
    const copy = new SeqNode(this.source, this.start, this.end, this.flow, this.compact);
    for (const item of this.#items) copy.adopt(item.copyTree());
    copy.trivia = this.trivia?.map(trivia => (trivia === undefined ? undefined : { ...trivia }));
    copy.restructured = this.restructured;
    copy.materialized = this.materialized;
    copy.tail = this.tail;
    return finishCopy(this, copy);
  }
}

/** A node for a plain value; a node is taken as it is. */
export function toNode(value: YamlNode | PlainValue): YamlNode {
  if (isNode(value)) return value;
  if (isScalarValue(value)) return scalarNode(value);
  if (isList(value)) {
    const seq = new SeqNode(undefined, -1, -1, false, false);
    for (const item of value) seq.push(toNode(item));
    return seq;
  }
  const map = new MapNode(undefined, -1, -1, false);
  for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
    if (item !== undefined) map.set(key, toNode(item));
  }
  return map;
}

export function isNode(value: YamlNode | PlainValue): value is YamlNode {
  return value instanceof BaseNode;
}

function isList(value: object): value is readonly PlainValue[] {
  return Array.isArray(value);
}

function isScalarValue(value: YamlNode | PlainValue): value is PlainScalar {
  return value === null || typeof value !== "object";
}

function put(holder: YamlNode, step: string | number, value: YamlNode | PlainValue): void {
  if (holder.kind === "map") holder.set(String(step), value);
  else if (holder.kind === "seq" && typeof step === "number") {
    if (step < holder.size) holder.replace(step, value);
    else holder.push(value);
  } else throw new Error(`${JSON.stringify(step)} is no field of a ${holder.kind}`);
}
