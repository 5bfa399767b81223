import { type MapEntry, MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { lineComment } from "./comments.ts";

/** Where the walk is. Only of use while a visitor is called: the walk goes on with the same object. */
export interface Place {
  /** Names and indexes from the top: `spec.a[0].b`. */
  readonly path: string;
  /** What stands behind the last dot of the path, for a first look; undefined for elements of lists. */
  readonly lastName: string | undefined;
  /** The comment behind the value. */
  comment: string | undefined;
  /** The comment above an element of a list. Above a field it belongs to the field's name. */
  readonly headComment: string | undefined;
}

export interface Visitor {
  /** Each field of a mapping whose value is a list, before any value of the mapping is visited. */
  list?(entry: MapEntry, list: SeqNode, path: () => string): void;
  scalar?(node: ScalarNode, place: Place): void;
}

interface Frame {
  collection: MapNode | SeqNode;
  index: number;
}

/**
 * Visits the scalars and lists below a mapping in the order of the text, on a stack of its own. Aliases are left
 * alone: what they stand for is visited where it is written.
 */
export function walk(root: MapNode, visitor: Visitor): void {
  const walker = new Walker(visitor);
  walker.enter(root);
  walker.go();
}

class Walker implements Place {
  readonly #visitor: Visitor;
  readonly #frames: Frame[] = [];

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  enter(collection: MapNode | SeqNode): void {
    this.#frames.push({ collection, index: -1 });
    if (collection instanceof MapNode && this.#visitor.list !== undefined) this.#visitLists(collection);
  }

  go(): void {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      frame.index++;
      const node = nodeAt(frame);
      if (node === undefined) this.#frames.pop();
      else if (node instanceof ScalarNode) this.#visitor.scalar?.(node, this);
      else if (node instanceof MapNode || node instanceof SeqNode) this.enter(node);
    }
  }

  get path(): string {
    let path = "";
    for (const { collection, index } of this.#frames) {
      if (collection instanceof SeqNode) path += `[${index}]`;
      else path = below(path, collection.entries[index]?.keyText ?? "");
    }
    return path;
  }

  get lastName(): string | undefined {
    const frame = this.#frames.at(-1);
    if (!(frame?.collection instanceof MapNode)) return undefined;
    const name = frame.collection.entries[frame.index]?.keyText ?? "";
    return name.slice(name.lastIndexOf(".") + 1);
  }

  get comment(): string | undefined {
    const frame = this.#frames.at(-1);
    const holder = frame && holderAt(frame);
    const node = frame && nodeAt(frame);
    return holder && node && lineComment(holder, frame.index, node);
  }

  set comment(comment: string | undefined) {
    const frame = this.#frames.at(-1);
    const holder = frame && holderAt(frame);
    if (holder instanceof SeqNode) holder.itemComments(frame?.index ?? 0).line = comment;
    else if (holder !== undefined) holder.lineComment = comment;
  }

  get headComment(): string | undefined {
    const frame = this.#frames.at(-1);
    return frame?.collection instanceof SeqNode ? frame.collection.itemComments(frame.index).head : undefined;
  }

  #visitLists(map: MapNode): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    for (const [i, entry] of map.entries.entries()) {
      const list = entry.value;
      if (!(list instanceof SeqNode)) continue;
      frame.index = i;
      this.#visitor.list?.(entry, list, () => this.path);
    }
    frame.index = -1;
  }
}

function nodeAt({ collection, index }: Frame): YamlNode | undefined {
  return collection instanceof MapNode ? collection.entries[index]?.value : collection.items[index];
}

function holderAt({ collection, index }: Frame): MapEntry | SeqNode | undefined {
  return collection instanceof MapNode ? collection.entries[index] : collection;
}

function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Whether the text a node was read from holds a word; new and changed nodes may always hold it. */
export function mayContain(node: MapNode, word: string): boolean {
  const { source, start, end, changed } = node;
  if (source === undefined || changed) return true;
  // A comment behind the last value stands after the node, on the same line.
  const line = source.text.indexOf("\n", end);
  return source.text.slice(start, line < 0 ? undefined : line).includes(word);
}
