import type { PlainValue, YamlNode } from "../core/yaml/node.ts";
import { canonicalText } from "../core/yaml/print.ts";

/** Texts of records are cut here; whole files are in the files. */
const maxText = 2000;

/** A value for the record of a merge: scalars as they are, the text of anything else. */
export function plainValue(node: YamlNode | undefined): PlainValue | undefined {
  if (node === undefined) return undefined;
  if (node.kind === "scalar") {
    const value = node.toJS();
    return typeof value === "string" ? cut(value) : value;
  }
  if (node.kind === "alias") return `*${node.name}`;
  return cut(canonicalText(node).trimEnd());
}

function cut(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText)}…`;
}
