import { MapNode } from "../core/yaml/node.ts";

/** The file of a resource that nobody gave one: `<namespace>/<kind>_<name>.yaml` (spec: fn 1.6). */
export function defaultPath(node: MapNode): string {
  const metadata = node.get("metadata");
  const text = (key: string) => (metadata instanceof MapNode ? (metadata.text(key) ?? "") : "");
  const file = `${(node.text("kind") ?? "").toLowerCase()}_${text("name")}.yaml`;
  const namespace = text("namespace");
  return namespace === "" ? file : `${namespace}/${file}`;
}
