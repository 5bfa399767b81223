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

/** Looks only when somebody asks: most edits keep to what stands around them. */
function detect(root: YamlNode | undefined, source: SourceText): Layout {
  let seen: { width?: number; isCompact?: boolean } | undefined;
  let isJson: boolean | undefined;
  const look = () => {
    if (seen === undefined) {
      seen = {};
      if (root !== undefined) lookAt(root, source, seen);
    }
    return seen;
  };
  return {
    get width() {
      return look().width ?? 2;
    },
    get isCompact() {
      return look().isCompact ?? source.indentSeq === "compact";
    },
    get isJson() {
      isJson ??= /^\ufeff?\s*(?:\{\s*["}]|\[\s*["[{\]])/.test(source.text.slice(0, 1000));
      return isJson;
    },
  };
}

function lookAt(node: YamlNode, source: SourceText, seen: { width?: number; isCompact?: boolean }): void {
  if (seen.width !== undefined && seen.isCompact !== undefined) return;
  if (node.source !== source) return;
  if (node.kind === "seq" && !node.flow) for (const item of node.items) lookAt(item, source, seen);
  if (node.kind !== "map" || node.flow) return;
  for (const { value } of node.entries) {
    if (value.source === source && isBlockCollection(value) && value.size > 0) {
      if (value.kind === "seq") seen.isCompact ??= value.compact;
      else {
        const width = sourceColumn(value) - sourceColumn(node);
        if (width > 0 && width < 10) seen.width ??= width;
      }
    }
    lookAt(value, source, seen);
  }
}
