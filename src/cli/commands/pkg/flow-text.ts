import type { ScalarNode, YamlNode } from "../../../core/yaml/node.ts";
import { newScalar, stringify } from "../../../core/yaml/print.ts";

interface Member {
  head: string | undefined;
  line: string | undefined;
  text: string;
}

/** A document on one line, in braces and brackets; only comments break the line, where Go's printer does. */
export function flowText(node: YamlNode): string {
  return `${nested(node, 1)}\n`;
}

function nested(node: YamlNode, depth: number): string {
  if (node.kind === "alias") return `*${node.name}`;
  if (node.kind === "scalar") return scalarText(node);
  if (node.kind === "seq") {
    const members = node.items.map((item, index) => {
      const { head, line } = node.itemComments(index);
      return { head, line, text: nested(item, depth + 1) };
    });
    return `[${joined(members, depth)}]`;
  }
  const members = node.entries.map(({ key, value, headComment, lineComment }) => ({
    head: headComment,
    line: lineComment,
    text: `${nested(key, depth + 1)}: ${nested(value, depth + 1)}`,
  }));
  return `{${joined(members, depth)}}`;
}

function joined(members: readonly Member[], depth: number): string {
  const indent = "  ".repeat(depth);
  let text = "";
  let isNewLine = false;
  members.forEach((member, index) => {
    if (index > 0 && !text.endsWith("\n")) text += member.head === undefined ? ", " : ",";
    if (member.head !== undefined) {
      text += `\n${member.head
        .trimEnd()
        .split("\n")
        .map(line => `${indent}${line.trim()}\n`)
        .join("")}`;
      isNewLine = true;
    }
    text += isNewLine ? indent + member.text : member.text;
    isNewLine = member.line !== undefined;
    if (member.line !== undefined) text += `, ${member.line.trim()}\n`;
  });
  return text;
}

function scalarText(node: ScalarNode): string {
  if (node.text.includes("\n")) return stringify(newScalar(node.text, { style: "double" })).trim();
  // In braces these mean something, or might.
  const needsQuotes = node.style === "plain" && node.type === "string" && /[:,?[\]{}]/.test(node.text);
  return stringify(needsQuotes ? newScalar(node.text, { style: "single" }) : node).trim();
}
