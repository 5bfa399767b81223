import type { Resource } from "../core/resource.ts";

/**
 * Kustomize, which several published functions are built on, refuses two items of one identity. The identity
 * that occurs twice, in its spelling; undefined where all differ.
 */
export function duplicateId(items: readonly Resource[]): string | undefined {
  const seen = new Set<string>();
  for (const item of items) {
    const id = kustomizeId(item);
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}

/** An item in the spelling of kustomize: `apps_v1_Deployment|default|a`. */
export function kustomizeId(item: Resource): string {
  const { group, version, kind, namespace, name } = item;
  return `${group || "~G"}_${version || "~V"}_${kind || "~K"}|${namespace || "~X"}|${name || "~N"}`;
}
