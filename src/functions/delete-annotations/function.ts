import {
  addResults,
  FunctionError,
  fileOf,
  type ResourceList,
  type Result,
} from "../../core/resource-list.ts";
import { rawData } from "../../sdk/config.ts";
import type { CatalogFunction } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "delete-annotations", run };

function run(list: ResourceList): void {
  const text = rawData(list.functionConfig).get("annotationKeys");
  if (text === undefined || text === "") {
    const message = "annotationKeys was not provided as part of the config or paramters to the function";
    list.results.push({ message, severity: "error" });
    throw new FunctionError(message, "");
  }
  // The keys are not trimmed: blanks after a comma belong to the name, as with the published function.
  const keys = text.trim().split(",");
  const removed: Result[] = [];
  let count = 0;
  let last: string | undefined;
  for (const item of list.items) {
    if (item.name === "" || item.kind === "" || item.apiVersion === "") continue;
    for (const key of keys) {
      if (!item.annotations.delete(key)) continue;
      const path = fileOf(list, item)?.path;
      removed.push({
        message: `Annonation: [${key}] removed from resource: [${item.name}]`,
        severity: "info",
        ...(path === undefined ? {} : { file: { path } }),
      });
      if (item.name !== last) count++;
      last = item.name;
    }
  }
  const message =
    removed.length === 0
      ? "None of the resources had the provided annotations to delete"
      : `The provided annotations were deleted from ${count} resource(s)`;
  list.results.push({ message, severity: "info" });
  addResults(list, removed);
}
