import type { Resource } from "../../core/resource.ts";
import { addResults, fileOf, type ResourceList, type Result } from "../../core/resource-list.ts";
import type { CatalogFunction } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "remove-local-config-resources", run };

/** Stricter than elsewhere: only `true` counts. */
function isMarked(item: Resource): boolean {
  return item.annotations.get("config.kubernetes.io/local-config")?.toLowerCase() === "true";
}

function run(list: ResourceList): void {
  const pruned: Result[] = [];
  const kept = list.items.filter(item => {
    if (!isMarked(item)) return true;
    const path = fileOf(list, item)?.path;
    pruned.push({
      message: `Resource name: [${item.name}]`,
      severity: "info",
      ...(path === undefined ? {} : { file: { path } }),
    });
    return false;
  });
  list.items = kept;
  if (pruned.length === 0) {
    const message = "Found no resources to prune with the local config annotation";
    list.results.push({ message, severity: "warning" });
    return;
  }
  list.results.push({ message: `Number of resources pruned: ${pruned.length}`, severity: "info" });
  addResults(list, pruned);
}
