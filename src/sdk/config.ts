import type { Resource } from "../core/resource.ts";
import { ScalarNode } from "../core/yaml/node.ts";
import { childMap, follow } from "./nodes.ts";

/** The entries of a mapping whose values are scalars, each as its raw text; null is the empty text. */
export function rawData(config: Resource | undefined, field = "data"): Map<string, string> {
  const data = new Map<string, string>();
  for (const { keyText, value } of childMap(config?.node, field)?.entries ?? []) {
    const scalar = follow(value);
    if (scalar instanceof ScalarNode) data.set(keyText, scalar.type === "null" ? "" : scalar.text);
  }
  return data;
}

/** Nothing was given: no config, `{}`, or the ConfigMap kpt makes up for want of one. */
export function isEmptyConfig(config: Resource | undefined): boolean {
  if (config === undefined || config.node.size === 0) return true;
  if (config.kind === "ConfigMap" && config.name === "function-input") return rawData(config).size === 0;
  return config.kind === "" && config.name === "";
}
