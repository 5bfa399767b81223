import { newScalar } from "../core/yaml/print.ts";
import type { Item } from "./item.ts";

const annotation = "cnrm.cloud.google.com/blueprint";

/** Marks Config Connector resources as rendered by functions, unless the user forbids it (spec: fn 3.10). */
export function attribute(items: readonly Item[]): void {
  for (const { resource, foreign } of items) {
    if (resource === undefined || foreign !== undefined || !resource.apiVersion.includes(".cnrm.")) continue;
    const present = resource.annotations.get(annotation);
    const wanted = attributed(present);
    if (wanted === present) continue;
    if (present !== undefined) resource.annotations.set(annotation, wanted);
    else resource.setIn(["metadata", "annotations", annotation], newScalar(wanted, { style: "single" }));
  }
}

function attributed(present: string | undefined): string {
  if (present === undefined || present === "") return "krm-fn";
  const parts = present.split(",");
  if (parts.includes("krm-pkg"))
    return parts.map(part => (part === "krm-pkg" ? "krm-pkg-fn" : part)).join(",");
  return present.includes("krm-") ? present : `${present},krm-fn`;
}
