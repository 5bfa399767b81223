import { RE2JS } from "re2js";
import type { Resource } from "../../core/resource.ts";
import type { MapNode } from "../../core/yaml/node.ts";
import { labelSelector } from "../../sdk/label-selector.ts";
import { childMap, childText } from "../../sdk/nodes.ts";

const parts = ["group", "version", "kind", "name", "namespace"] as const;

function partOf(item: Resource, part: (typeof parts)[number]): string {
  // Kustomize takes no namespace for the default one.
  return part === "namespace" ? (item.namespace ?? "") || "default" : item[part];
}

/** The one item that a source names; its parts must be equal, absent ones match anything. */
export function selectSource(items: readonly Resource[], source: MapNode): Resource {
  const wanted = parts
    .map(part => [part, childText(source, part) ?? ""] as const)
    .filter(([, text]) => text !== "");
  const found = items.filter(item => wanted.every(([part, text]) => partOf(item, part) === text));
  if (found.length > 1) throw new Error(`multiple matches for selector ${selectorName(source)}`);
  const [item] = found;
  if (item === undefined) throw new Error(`nothing selected by ${selectorName(source)}`);
  return item;
}

/** A source as kustomize names it in messages: `Secret.[noVer].[noGrp]/[noName].[noNs]`. */
export function sourceName(source: MapNode): string {
  const text = (part: string, none: string) => childText(source, part) || none;
  const kind = `${text("kind", "[noKind]")}.${text("version", "[noVer]")}.${text("group", "[noGrp]")}`;
  return `${kind}/${text("name", "[noName]")}.${text("namespace", "[noNs]")}`;
}

/** The same with what the source takes of the object: its field, and the piece of that. */
function selectorName(source: MapNode): string {
  const options = childMap(source, "options");
  const delimiter = childText(options, "delimiter") ?? "";
  const create = childText(options, "create") === "true";
  const index = Number(childText(options, "index") ?? "0");
  const piece = delimiter === "" && !create ? "" : `${delimiter}(${index}), create=${create}`;
  const more = [childText(source, "fieldPath") ?? "", piece].filter(text => text !== "");
  return [sourceName(source), ...more].join(":");
}

/** The test of a target's `select` or `reject`: anchored patterns, and selectors for labels and annotations. */
export function targetMatcher(selector: MapNode): (item: Resource) => boolean {
  const patterns = parts
    .map(part => [part, childText(selector, part) ?? ""] as const)
    .filter(([, text]) => text !== "")
    .map(([part, text]) => [part, RE2JS.compile(`^(?:${text})$`)] as const);
  const labels = childText(selector, "labelSelector");
  const annotations = childText(selector, "annotationSelector");
  const hasLabels = labels ? labelSelector(labels) : undefined;
  const hasAnnotations = annotations ? labelSelector(annotations) : undefined;
  return item =>
    patterns.every(([part, pattern]) => matches(item, part, pattern)) &&
    (hasLabels?.(key => item.labels.get(key)) ?? true) &&
    (hasAnnotations?.(key => item.annotations.get(key)) ?? true);
}

function matches(item: Resource, part: (typeof parts)[number], pattern: RE2JS): boolean {
  if (part !== "namespace") return pattern.matcher(item[part]).find();
  const { namespace = "" } = item;
  return pattern.matcher(namespace).find() || (namespace === "" && pattern.matcher("default").find());
}
