import type { Resource } from "../core/resource.ts";

/**
 * The SDK's permissive test: an empty part of the pattern or of the object matches anything, so
 * `("", "v1", "Service")` also matches a Service of Knative.
 */
export function isKind(
  object: { readonly group: string; readonly version: string; readonly kind: string },
  group: string,
  version: string,
  kind: string,
): boolean {
  return agrees(object.group, group) && agrees(object.version, version) && agrees(object.kind, kind);
}

function agrees(own: string, wanted: string): boolean {
  return own === "" || wanted === "" || own === wanted;
}

const localConfig = "config.kubernetes.io/local-config";

/** Whether an item only configures tools and never reaches a cluster. */
export function isLocalConfig(item: Resource): boolean {
  const value = item.annotations.get(localConfig);
  return value !== undefined && value !== "" && value !== "false";
}
