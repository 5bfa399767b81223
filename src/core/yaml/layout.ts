import type { YamlNode } from "./node.ts";
import { isBlockCollection, sourceColumn } from "./region.ts";
import type { SourceText } from "./source.ts";
import type { Layout } from "./write.ts";

const layouts = new WeakMap<SourceText, Layout>();

/** How a text is laid out, seen from the first places that tell. */
export function layoutOf(root: YamlNode | undefined, source: SourceText): Layout {
  let layout = layouts.get(source);
  if (layout === undefined || (root !== undefined && root.source === source && !known.has(root))) {
    layout = detect(root, source);
    layouts.set(source, layout);
    if (root !== undefined) known.add(root);
  }
  return layout;
}

const known = new WeakSet<YamlNode>();

function detect(root: YamlNode | undefined, source: SourceText): Layout {
  const seen: { width?: number; isCompact?: boolean } = {};
  if (root !== undefined) look(root, source, seen);
  return {
    width: seen.width ?? 2,
    isCompact: seen.isCompact ?? source.indentSeq === "compact",
    isJson: /^\ufeff?\s*(?:\{\s*["}]|\[\s*["[{\]])/.test(source.text.slice(0, 1000)),
  };
}

function look(node: YamlNode, source: SourceText, seen: { width?: number; isCompact?: boolean }): void {
  if (seen.width !== undefined && seen.isCompact !== undefined) return;
  if (node.source !== source) return;
  if (node.kind === "seq" && !node.flow) for (const item of node.items) look(item, source, seen);
  if (node.kind !== "map" || node.flow) return;
  for (const { value } of node.entries) {
    if (value.source === source && isBlockCollection(value) && value.size > 0) {
      if (value.kind === "seq") seen.isCompact ??= value.compact;
      else {
        const width = sourceColumn(value) - sourceColumn(node);
        if (width > 0 && width < 10) seen.width ??= width;
      }
    }
    look(value, source, seen);
  }
}
