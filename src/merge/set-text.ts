import type { ScalarNode } from "../core/yaml/node.ts";

/**
 * Writes upstream's text into the local node, whose spelling stays unless upstream made another type of it.
 * Returns false where the node itself must go.
 */
export function setText(local: ScalarNode, upstream: ScalarNode, base: ScalarNode | undefined): boolean {
  const sameType = local.type === upstream.type || base === undefined || base.type === upstream.type;
  if (!sameType || local.tag !== upstream.tag || local.anchor !== undefined) return false;
  if (isBlock(upstream) !== isBlock(local) && upstream.text.includes("\n")) return false;
  local.text = upstream.text;
  return true;
}

function isBlock({ style }: ScalarNode): boolean {
  return style === "literal" || style === "folded";
}
