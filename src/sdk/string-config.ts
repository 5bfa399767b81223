import type { Resource } from "../core/resource.ts";
import type { ResourceList } from "../core/resource-list.ts";
import { MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { failWith } from "./failure.ts";
import { childMap, follow, isNull } from "./nodes.ts";

const group = "fn.kpt.dev";

/**
 * A config of the SDK's runner that is one map of texts: the `data` of a ConfigMap, or the named field of the
 * function's own kind. Without any config it notes that and gives an empty map; a wrong one ends the function.
 */
export function readStringMap(
  list: ResourceList,
  shape: { kind: string; field: string; goType: string },
): { given: boolean; entries: Map<string, string> } {
  const config = list.functionConfig;
  if (config === undefined || config.node.size === 0 || isPlaceholder(config)) {
    list.results.push({ message: "`FunctionConfig` is not given", severity: "info" });
    return { given: false, entries: new Map() };
  }
  if (config.kind === "ConfigMap" && config.group === "") return readConfigMap(list, config);
  if (config.kind !== shape.kind || config.group !== group) {
    const found = config.group === "" ? config.kind : `${config.kind}.${config.group}`;
    return failWith(
      list,
      `unknown FunctionConfig \`${found}\`, expect \`${shape.kind}.${group}\` or \`ConfigMap.v1\``,
    );
  }
  const labels = follow(config.node.get(shape.field));
  const refuse = (wrong: string, type: string) =>
    failWith(
      list,
      `unable to convert object to ${shape.goType} with error: json: cannot unmarshal ${wrong} into Go struct field ${shape.goType.replace(/^.*\./, "")}.${shape.field} of type ${type}`,
    );
  if (!(labels instanceof MapNode)) {
    const wrong = goKind(labels);
    if (wrong !== undefined) refuse(wrong, "map[string]string");
    return { given: true, entries: new Map() };
  }
  // Go's decoder sees the fields in the order of their names.
  for (const { value } of [...labels.entries].sort((a, b) => (a.keyText < b.keyText ? -1 : 1))) {
    const wrong = goKind(follow(value));
    if (wrong !== undefined && wrong !== "string") refuse(wrong, "string");
  }
  return { given: true, entries: textsOf(labels) };
}

/** The ConfigMap that kpt makes up for want of a config. */
function isPlaceholder(config: Resource): boolean {
  const data = childMap(config.node, "data");
  return config.kind === "ConfigMap" && config.name === "function-input" && data?.size === 0;
}

function readConfigMap(
  list: ResourceList,
  config: Resource,
): { given: boolean; entries: Map<string, string> } {
  const data = follow(config.node.get("data"));
  if (data instanceof MapNode) return { given: true, entries: textsOf(data) };
  if (config.node.has("data")) {
    failWith(
      list,
      'Resource(apiVersion=, kind=ConfigMap) has unmatched field type "map[string]string" in fieldpath .data',
    );
  }
  return { given: config.name !== "function-input", entries: new Map() };
}

function textsOf(map: MapNode): Map<string, string> {
  const entries = new Map<string, string>();
  for (const { keyText, value } of map.entries) {
    const scalar = follow(value);
    if (scalar instanceof ScalarNode) entries.set(keyText, scalar.type === "null" ? "" : scalar.text);
  }
  return entries;
}

/** What Go's JSON decoder calls a value that is no mapping. */
function goKind(node: YamlNode | undefined): string | undefined {
  if (node instanceof SeqNode) return "array";
  if (node instanceof MapNode) return "object";
  if (!(node instanceof ScalarNode) || isNull(node)) return undefined;
  return node.type === "bool" ? "bool" : node.type === "string" ? "string" : "number";
}
