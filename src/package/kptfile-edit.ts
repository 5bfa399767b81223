import type { MapNode, PlainValue, YamlNode } from "../core/yaml/node.ts";

/**
 * Sets a field. A new one goes where the order says: behind the nearest of its predecessors that is there.
 * Returns the node that now is the value.
 */
export function setInOrder(
  map: MapNode,
  key: string,
  value: YamlNode | PlainValue,
  order: readonly string[],
): YamlNode {
  if (map.has(key)) return map.set(key, value).value;
  const at = order.indexOf(key);
  for (let index = at - 1; index >= 0; index--) {
    const after = order[index];
    if (after !== undefined && map.has(after)) return map.set(key, value, { after }).value;
  }
  const before = at < 0 ? undefined : order.slice(at + 1).find(name => map.has(name));
  return map.set(key, value, before === undefined ? {} : { before }).value;
}
