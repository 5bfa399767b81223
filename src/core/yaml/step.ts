import type { YamlNode } from "./node.ts";

/** The value of a key or position; aliases are followed. */
export function childOf(node: YamlNode | undefined, step: string | number): YamlNode | undefined {
  const holder = node?.kind === "alias" ? node.target() : node;
  if (holder?.kind === "map") return holder.get(String(step));
  if (holder?.kind === "seq" && typeof step === "number") return holder.get(step);
  return undefined;
}
