import { MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { newScalar, stringify } from "../core/yaml/print.ts";
import { follow } from "./nodes.ts";

/** A scalar as it would be written alone, with its comments: that of a block stands behind its first line. */
export function spelled(node: ScalarNode, comment?: string, above?: string): string {
  const head = above === undefined ? "" : `${above}\n`;
  const text = bare(node);
  if (comment === undefined) return head + text;
  const isBlock = node.style === "literal" || node.style === "folded";
  const end = isBlock ? text.indexOf("\n") : text.length;
  return `${head}${text.slice(0, end)} ${comment}${text.slice(end)}`;
}

function bare(node: ScalarNode): string {
  if (node.style === "plain") return node.text;
  return stringify(newScalar(node.text, { style: node.style })).trim();
}

/** A value as one line, with brackets and braces. */
export function inFlow(node: YamlNode | undefined): string {
  const found = follow(node);
  if (found instanceof ScalarNode) return bare(found);
  if (found instanceof SeqNode) return `[${found.items.map(inFlow).join(", ")}]`;
  if (found instanceof MapNode) {
    return `{${found.entries.map(({ keyText, value }) => `${keyText}: ${inFlow(value)}`).join(", ")}}`;
  }
  return "";
}

/** That something stands where a mapping is needed, in the words of kyaml. */
export function notMapping(path: string, node: YamlNode, comment: string | undefined): Error {
  const found = follow(node);
  const kind = found instanceof SeqNode ? "SequenceNode" : "ScalarNode";
  const text =
    found instanceof ScalarNode
      ? spelled(found, comment)
      : stringify(node.clone(), { indentSeq: "compact" }).trim();
  return new Error(`wrong Node Kind for ${path} expected: MappingNode was ${kind}: value: {${text}}`);
}
