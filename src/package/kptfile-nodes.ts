import type { MapNode, YamlNode } from "../core/yaml/node.ts";

// Reading of nodes whose shape has been checked: aliases count as what they stand for.

export function resolved(node: YamlNode | undefined): YamlNode | undefined {
  return node?.kind === "alias" ? node.target() : node;
}

export function mapIn(map: MapNode | undefined, key: string): MapNode | undefined {
  const node = resolved(map?.get(key));
  return node?.kind === "map" ? node : undefined;
}

export function mapsIn(map: MapNode | undefined, key: string): MapNode[] {
  const node = resolved(map?.get(key));
  if (node?.kind !== "seq") return [];
  return node.items.flatMap(item => {
    const value = resolved(item);
    return value?.kind === "map" ? [value] : [];
  });
}

export function textAt(map: MapNode, ...path: string[]): string | undefined {
  const node = resolved(map.getIn(path));
  return node?.kind === "scalar" && node.type !== "null" ? node.text : undefined;
}

export function textMapIn(map: MapNode, key: string): ReadonlyMap<string, string> | undefined {
  const found = mapIn(map, key);
  if (!found) return undefined;
  return new Map(found.keys().map(name => [name, textAt(found, name) ?? ""]));
}

export function texts<Key extends string>(node: MapNode, keys: readonly Key[]): { [K in Key]?: string } {
  const result: { [K in Key]?: string } = {};
  for (const key of keys) {
    const value = textAt(node, key);
    if (value !== undefined) result[key] = value;
  }
  return result;
}
