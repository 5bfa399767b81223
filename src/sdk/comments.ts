import { type MapEntry, MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";

// The comments of a collection are taken out of its text with some effort, all at once. These look at the text
// where nobody has done that yet; most lines have no comment, and most comments stand right behind a scalar.

/** The comment behind a value: of an entry of a mapping, or of the item of a list at an index. */
export function lineComment(holder: MapEntry | SeqNode, index: number, node: YamlNode): string | undefined {
  const known = holder instanceof SeqNode ? holder.trivia?.[index] : holder.trivia;
  if (known === undefined) {
    const seen = commentBehindComma(holder, node) ?? commentInText(node);
    if (seen !== "unclear") return seen;
  } else if (known.line === undefined) return undefined;
  return holder instanceof SeqNode ? holder.itemComments(index).line : holder.lineComment;
}

/** The comment behind a key whose value stands on the lines below. */
export function keyComment(entry: MapEntry): string | undefined {
  if (entry.trivia === undefined) {
    const { key, value } = entry;
    const { source } = value;
    if (source !== undefined && key.source === source && key.end <= value.start) {
      const line = source.text.indexOf("#", key.end);
      if (line < 0 || line >= value.start) return undefined;
    }
  } else if (entry.trivia.key === undefined) return undefined;
  return entry.keyComment;
}

/** In a flow collection the comment of an entry stands behind the comma that ends the entry. */
function commentBehindComma(holder: MapEntry | SeqNode, node: YamlNode): string | undefined {
  const collection = holder instanceof SeqNode ? holder : node.parent;
  const { source } = node;
  if (source === undefined || !(collection instanceof MapNode || collection instanceof SeqNode))
    return undefined;
  if (!collection.flow || !(node instanceof ScalarNode) || node.text === "") return undefined;
  const behind = /\s*,[ \t]+(#[^\n]*)/y;
  behind.lastIndex = node.end;
  return behind.exec(source.text)?.[1]?.trimEnd();
}

function commentInText(node: YamlNode): string | undefined | "unclear" {
  const { source } = node;
  if (source === undefined) return "unclear";
  const { text } = source;
  // The comment of a block scalar stands in its first line.
  const isBlock = node instanceof ScalarNode && (node.style === "literal" || node.style === "folded");
  let at = isBlock ? node.start : node.end;
  const isRightBehind = !isBlock && (text[at] === " " || text[at] === "\t");
  while (text[at] === " " || text[at] === "\t") at++;
  if (isRightBehind && text[at] === "#" && node instanceof ScalarNode && node.text !== "") {
    const end = text.indexOf("\n", at);
    return text.slice(at, end < 0 ? undefined : end).trimEnd();
  }
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) return undefined;
    if (code === 0x23) return "unclear";
  }
  return undefined;
}
