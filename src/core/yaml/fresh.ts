import type { YamlNode } from "./node.ts";
import { AliasNode, MapNode, ScalarNode, SeqNode } from "./node.ts";
import { newTrivia } from "./trivia.ts";

/** A new node with the same content, quotes and comments that takes on the layout of where it is inserted. */
export function freshCopy(node: YamlNode): YamlNode {
  const copy = contentOf(node);
  copy.setProps(node.tag, node.anchor);
  return copy;
}

function contentOf(node: YamlNode): YamlNode {
  switch (node.kind) {
    case "scalar":
      return new ScalarNode(undefined, -1, -1, node.style, 0, node.text);
    case "alias":
      return new AliasNode(undefined, -1, -1, node.name);
    case "seq": {
      const copy = new SeqNode(undefined, -1, -1, node.flow, false);
      for (const [i, item] of node.items.entries()) {
        const fresh = freshCopy(item);
        if (!node.flow) takeComments(fresh, node, i);
        copy.push(fresh);
      }
      return copy;
    }
    default: {
      const copy = new MapNode(undefined, -1, -1, node.flow);
      copy.materialized = true;
      for (const entry of node.entries) {
        const added = copy.adopt(freshCopy(entry.key), freshCopy(entry.value));
        added.trivia = newTrivia();
        if (node.flow) continue;
        added.headComment = entry.headComment;
        added.keyComment = entry.keyComment;
        added.lineComment = entry.lineComment;
        added.footComment = entry.footComment;
      }
      return copy;
    }
  }
}

function takeComments(fresh: YamlNode, seq: SeqNode, index: number): void {
  const { head, line, foot, key } = seq.itemComments(index);
  if (head === undefined && line === undefined && foot === undefined && key === undefined) return;
  const lines = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : `${text}\n`;
  const behind = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : ` ${text}`;
  fresh.carried = { head: lines(head), foot: lines(foot), line: behind(line), key: behind(key) };
}
