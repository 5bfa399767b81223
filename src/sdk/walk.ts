import { type MapEntry, MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";

/** Where a node hangs: its comment can be read and written there. */
export class Place {
  readonly node: YamlNode;
  readonly holder: MapEntry | SeqNode | undefined;
  readonly index: number;
  readonly above: Place | undefined;

  constructor(
    node: YamlNode,
    holder: MapEntry | SeqNode | undefined,
    index: number,
    above: Place | undefined,
  ) {
    this.node = node;
    this.holder = holder;
    this.index = index;
    this.above = above;
  }

  /** Names and indexes from the top: `spec.a[0].b`. */
  get path(): string {
    let path = "";
    for (let place: Place | undefined = this; place?.holder !== undefined; place = place.above) {
      if (place.holder instanceof SeqNode) path = `[${place.index}]${path}`;
      else path = `.${place.holder.keyText}${path}`;
    }
    return path.startsWith(".") ? path.slice(1) : path;
  }

  get comment(): string | undefined {
    const { holder, node } = this;
    if (holder === undefined) return undefined;
    // Comments are taken out of the text with some effort, and most lines have none.
    const known = holder instanceof SeqNode ? holder.trivia?.[this.index] : holder.trivia;
    if (known === undefined ? !hasHash(node) : known.line === undefined) return undefined;
    return holder instanceof SeqNode ? holder.itemComments(this.index).line : holder.lineComment;
  }

  set comment(comment: string | undefined) {
    const { holder } = this;
    if (holder instanceof SeqNode) holder.itemComments(this.index).line = comment;
    else if (holder !== undefined) holder.lineComment = comment;
  }
}

/** Whether the line on which a comment of a node would stand has a hash sign behind the node. */
function hasHash(node: YamlNode): boolean {
  const { source } = node;
  if (source === undefined) return true;
  const { text } = source;
  // The comment of a block scalar stands in its first line.
  const from = node instanceof ScalarNode && isBlock(node) ? node.start : node.end;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) return false;
    if (code === 0x23) return true;
  }
  return false;
}

function isBlock(node: ScalarNode): boolean {
  return node.style === "literal" || node.style === "folded";
}

export interface Visitor {
  /** Each field of a mapping whose value is a list, before any value of the mapping is visited. */
  list?(entry: MapEntry, list: SeqNode, path: () => string): void;
  scalar?(node: ScalarNode, place: Place): void;
}

/**
 * Visits the scalars and lists below a mapping in the order of the text, on a stack of its own. Aliases are left
 * alone: what they stand for is visited where it is written.
 */
export function walk(root: MapNode, visitor: Visitor): void {
  const pending = [new Place(root, undefined, 0, undefined)];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { node } = place;
    if (node instanceof ScalarNode) visitor.scalar?.(node, place);
    else if (node instanceof MapNode) {
      visitLists(node, place, visitor);
      const { entries } = node;
      for (let i = entries.length - 1; i >= 0; i--) {
        const entry = entries[i];
        if (entry !== undefined) pending.push(new Place(entry.value, entry, 0, place));
      }
    } else if (node instanceof SeqNode) {
      for (let i = node.items.length - 1; i >= 0; i--) {
        const item = node.items[i];
        if (item !== undefined) pending.push(new Place(item, node, i, place));
      }
    }
  }
}

function visitLists(map: MapNode, above: Place, visitor: Visitor): void {
  if (visitor.list === undefined) return;
  for (const entry of map.entries) {
    const list = entry.value;
    if (list instanceof SeqNode) visitor.list(entry, list, () => new Place(list, entry, 0, above).path);
  }
}

/** Whether the text a node was read from holds a word; new and changed nodes may always hold it. */
export function mayContain(node: MapNode, word: string): boolean {
  const { source, start, end, changed } = node;
  if (source === undefined || changed) return true;
  // A comment behind the last value stands after the node, on the same line.
  const line = source.text.indexOf("\n", end);
  return source.text.slice(start, line < 0 ? undefined : line).includes(word);
}
