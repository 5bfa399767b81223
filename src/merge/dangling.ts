import { KptError } from "../core/error.ts";
import { walk } from "../core/yaml/alias.ts";
import type { YamlNode } from "../core/yaml/node.ts";

/** Throws where a merge took away what a local alias stands for: the result would be no YAML. */
export function refuseDangling(root: YamlNode | undefined, file: string): void {
  if (root?.source === undefined || !/[\s[{,]\*/.test(root.source.text)) return;
  walk(root, node => {
    if (node.kind !== "alias" || node.target() !== undefined) return;
    const { line, column } = node.position();
    const message = `${file}: upstream removed what the alias *${node.name} in line ${line} stands for; write its value out and update again`;
    throw new KptError("MERGE_CONFLICT", message, { label: "Error", place: { file, line, column } });
  });
}
