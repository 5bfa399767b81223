import { type MapEntry, SeqNode } from "../../core/yaml/node.ts";
import { parseYaml } from "../../core/yaml/parse.ts";
import { keyComment, lineComment } from "../../sdk/comments.ts";
import { replaceItems } from "../../sdk/lists.ts";

/** The comment that belongs to a list as a whole: behind its key, or behind a flow list. */
export function listComment(entry: MapEntry, list: SeqNode): string | undefined {
  return list.flow ? lineComment(entry, 0, list) : keyComment(entry);
}

/** The list that a text is, with the comments and quotes of its elements; undefined for anything else. */
export function parseList(text: string): SeqNode | undefined {
  try {
    const root = parseYaml(text).documents[0]?.root;
    return root instanceof SeqNode ? root : undefined;
  } catch {
    return undefined;
  }
}

/** Gives a list other elements: in block style with the comment on the key, or `[]` with the comment behind. */
export function fillList(entry: MapEntry, list: SeqNode, elements: SeqNode | undefined): void {
  const comment = listComment(entry, list);
  const items = elements?.items ?? [];
  entry.keyComment = undefined;
  entry.lineComment = undefined;
  replaceItems(entry, list, items);
  if (items.length === 0) entry.lineComment = comment;
  else entry.keyComment = comment;
}
