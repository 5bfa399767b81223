import { type MapEntry, MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";

/** Where a node hangs: its comment can be read and written there. */
export class Place {
  readonly holder: MapEntry | SeqNode;
  readonly index: number;
  readonly path: string;

  constructor(holder: MapEntry | SeqNode, index: number, path: string) {
    this.holder = holder;
    this.index = index;
    this.path = path;
  }

  get comment(): string | undefined {
    const { holder } = this;
    return holder instanceof SeqNode ? holder.itemComments(this.index).line : holder.lineComment;
  }

  set comment(comment: string | undefined) {
    const { holder } = this;
    if (holder instanceof SeqNode) holder.itemComments(this.index).line = comment;
    else holder.lineComment = comment;
  }
}

export interface Visitor {
  /** Each field of a mapping whose value is a list, before any value of the mapping is visited. */
  list?(entry: MapEntry, list: SeqNode, path: string): void;
  scalar?(node: ScalarNode, place: Place): void;
}

/**
 * Visits the scalars and lists below a mapping in the order of the text, on a stack of its own. Aliases are left
 * alone: what they stand for is visited where it is written.
 */
export function walk(root: MapNode, visitor: Visitor): void {
  const pending: { node: YamlNode; place: Place | undefined }[] = [{ node: root, place: undefined }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, place } = next;
    const path = place?.path ?? "";
    if (node instanceof ScalarNode) {
      if (place !== undefined) visitor.scalar?.(node, place);
    } else if (node instanceof MapNode) {
      if (visitor.list !== undefined) {
        for (const entry of node.entries) {
          if (entry.value instanceof SeqNode) visitor.list(entry, entry.value, below(path, entry.keyText));
        }
      }
      for (const entry of [...node.entries].reverse()) {
        pending.push({ node: entry.value, place: new Place(entry, 0, below(path, entry.keyText)) });
      }
    } else if (node instanceof SeqNode) {
      for (let i = node.items.length - 1; i >= 0; i--) {
        const item = node.items[i];
        if (item !== undefined) pending.push({ node: item, place: new Place(node, i, `${path}[${i}]`) });
      }
    }
  }
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
