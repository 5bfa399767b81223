import { Resource } from "../../core/resource.ts";
import { FunctionError, type ResourceList } from "../../core/resource-list.ts";
import type { MapNode } from "../../core/yaml/node.ts";
import { reconcile } from "../../core/yaml/reconcile.ts";
import { childMap, childMaps } from "../../sdk/nodes.ts";
import { type CatalogFunction, type FunctionCall, isBefore } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "upsert-resource", run };

const targetPath = "config.kubernetes.io/target-path";
const functionMarks = ["config.kubernetes.io/function", "config.k8s.io/function"];
const travelling =
  /^(?:internal\.config\.kubernetes\.io\/(?!target-path)|config\.kubernetes\.io\/(?:path|index)$|config\.k8s\.io\/id$)/;

function run(list: ResourceList, { tag }: FunctionCall): void {
  const config = list.functionConfig?.node;
  if (config === undefined || childMap(config, "metadata") === undefined) {
    if (config?.text("kind") !== "List") fail("missing Resource metadata");
  }
  const isFormer = isBefore(tag, 0, 2);
  for (const node of given(config, isFormer)) upsert(list, node, isFormer);
}

/** The resources to put: the config itself, or the items of a List, which the first release took for a resource. */
function given(config: MapNode | undefined, isFormer: boolean): MapNode[] {
  if (config === undefined) return [];
  return !isFormer && config.text("kind") === "List" ? childMaps(config, "items") : [config];
}

/** The first release knew no target path: to it that is an annotation like any other. */
function upsert(list: ResourceList, node: MapNode, isFormer: boolean): void {
  const wanted = new Resource(node.clone());
  const path = isFormer ? "" : (wanted.annotations.get(targetPath) ?? "");
  for (const [key] of wanted.annotations.entries()) {
    if ((key === targetPath && !isFormer) || functionMarks.includes(key) || travelling.test(key))
      wanted.annotations.delete(key);
  }
  let isReplaced = false;
  for (const item of list.items) {
    if (functionMarks.some(mark => item.annotations.get(mark))) continue;
    if (!isSame(item, wanted) || (path !== "" && list.places.get(item)?.path !== path)) continue;
    reconcile(item.node, wanted.node.clone());
    isReplaced = true;
  }
  if (isReplaced) return;
  list.items.push(wanted);
  if (path !== "") list.places.set(wanted, { path, index: undefined });
}

function isSame(a: Resource, b: Resource): boolean {
  return (
    a.group === b.group &&
    a.kind === b.kind &&
    a.name === b.name &&
    (a.namespace ?? "") === (b.namespace ?? "")
  );
}

function fail(text: string): never {
  const message = `failed to upsert resource: ${text}`;
  throw new FunctionError(message, `${message}${message}\n`);
}
