import type { ResourceList } from "../core/resource-list.ts";
import { MapNode, ScalarNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { isEmptyConfig } from "./config.ts";
import { failWith } from "./failure.ts";
import { follow, isNull } from "./nodes.ts";

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
  if (config === undefined || isEmptyConfig(config)) {
    list.results.push({ message: "`FunctionConfig` is not given", severity: "info" });
    return { given: false, entries: new Map() };
  }
  if (config.kind === "ConfigMap" && config.group === "")
    return { given: true, entries: textsOf(config.node, "data") };
  if (config.kind !== shape.kind || config.group !== group) {
    const found = config.group === "" ? config.kind : `${config.kind}.${config.group}`;
    return failWith(
      list,
      `unknown FunctionConfig \`${found}\`, expect \`${shape.kind}.${group}\` or \`ConfigMap.v1\``,
    );
  }
  const wrong = goKind(follow(config.node.get(shape.field)));
  if (wrong !== undefined) {
    failWith(
      list,
      `unable to convert object to ${shape.goType} with error: json: cannot unmarshal ${wrong} into Go struct field ${shape.goType.replace(/^.*\./, "")}.${shape.field} of type map[string]string`,
    );
  }
  return { given: true, entries: textsOf(config.node, shape.field) };
}

function textsOf(config: MapNode, field: string): Map<string, string> {
  const entries = new Map<string, string>();
  const map = follow(config.get(field));
  if (!(map instanceof MapNode)) return entries;
  for (const { keyText, value } of map.entries) {
    const scalar = follow(value);
    if (scalar instanceof ScalarNode) entries.set(keyText, scalar.type === "null" ? "" : scalar.text);
  }
  return entries;
}

/** What Go's JSON decoder calls a value that is no mapping. */
function goKind(node: YamlNode | undefined): string | undefined {
  if (node instanceof SeqNode) return "array";
  if (!(node instanceof ScalarNode) || isNull(node)) return undefined;
  return node.type === "bool" ? "bool" : node.type === "string" ? "string" : "number";
}
