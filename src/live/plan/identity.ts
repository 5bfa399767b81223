import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function idOf(object: JsonMap): ResourceId {
  return {
    group: splitApiVersion(textAt(object, "apiVersion") ?? "").group,
    kind: textAt(object, "kind") ?? "",
    namespace: textAt(object, "metadata", "namespace") ?? "",
    name: textAt(object, "metadata", "name") ?? "",
  };
}

/** One string per identity, for maps and sets: no part of an identity can hold a line break. */
export function keyOf(id: ResourceId): string {
  return `${id.group}\n${id.kind}\n${id.namespace}\n${id.name}`;
}

export function annotation(object: JsonMap, key: string): string | undefined {
  return textAt(object, "metadata", "annotations", key);
}
