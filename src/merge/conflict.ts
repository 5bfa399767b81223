import { KptError } from "../core/error.ts";
import type { YamlNode } from "../core/yaml/node.ts";
import { canonicalText } from "../core/yaml/print.ts";

/** What a node is once aliases are followed; `undefined` where there is nothing or null. */
export type NodeKind = "map" | "seq" | "scalar";

const goNames: Record<NodeKind, string> = { map: "MappingNode", seq: "SequenceNode", scalar: "ScalarNode" };

/** One side has a map where another has a list or a scalar, and nobody said who should win. */
export class TypeConflict extends KptError {
  constructor(
    expected: NodeKind,
    found: YamlNode,
    place: { file: string; field: string; line?: number },
    isSecret: boolean,
  ) {
    const kind = found.kind === "alias" ? "scalar" : found.kind;
    const text = isSecret ? "(not shown)\n" : canonicalText(found).replace(/\n*$/, "\n");
    super(
      "MERGE_CONFLICT",
      `wrong node kind: expected ${goNames[expected]} but got ${goNames[kind]}: node contents:\n${text}`,
      { label: "Error", place },
    );
  }
}
