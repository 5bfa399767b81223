import { schemaOf } from "../core/schema/lookup.ts";
import type { ObjectSchema } from "../core/schema/schema.ts";
import type { YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { canonicalText } from "../core/yaml/print.ts";
import { mergeNodes } from "./merge3.ts";

/** Merges three texts of one document each and prints the result as kyaml would. Throws where the merge fails. */
export function mergeText(
  base: string,
  upstream: string,
  local: string,
  options: { infer?: boolean; variant?: "generic" | "resource" } = {},
): string {
  const sides = { base: rootOf(base), upstream: rootOf(upstream), local: rootOf(local) };
  const variant = options.variant ?? "resource";
  const { result } = mergeNodes(sides, {
    variant,
    infer: variant === "generic" && (options.infer ?? false),
    schema: schemaOfAny([sides.local, sides.base, sides.upstream]),
  });
  return result === undefined ? "" : canonicalText(result);
}

function rootOf(text: string): YamlNode | undefined {
  return parseYaml(text).documents.find(({ root }) => root !== undefined)?.root;
}

/** The schema of the first side whose type is known. */
export function schemaOfAny(
  nodes: readonly (YamlNode | undefined)[],
  lookup: (apiVersion: string, kind: string) => ObjectSchema | undefined = schemaOf,
): ObjectSchema | undefined {
  for (const node of nodes) {
    if (node?.kind !== "map") continue;
    const schema = lookup(node.text("apiVersion") ?? "", node.text("kind") ?? "");
    if (schema !== undefined) return schema;
  }
  return undefined;
}
