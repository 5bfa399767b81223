import type { Resource } from "../core/resource.ts";
import type { Selector } from "../package/kptfile.ts";

/** Whether a function with these selectors and exclusions gets to see the resource. */
export function isSelected(
  resource: Resource,
  selectors: readonly Selector[],
  exclude: readonly Selector[],
): boolean {
  if (selectors.length > 0 && !selectors.some(selector => matches(resource, selector))) return false;
  return !exclude.some(selector => !isEmpty(selector) && matches(resource, selector));
}

export function isEmpty(selector: Selector): boolean {
  return (
    !selector.apiVersion &&
    !selector.kind &&
    !selector.name &&
    !selector.namespace &&
    !selector.labels?.size &&
    !selector.annotations?.size
  );
}

function matches(resource: Resource, selector: Selector): boolean {
  return (
    (!selector.apiVersion || selector.apiVersion === resource.apiVersion) &&
    (!selector.kind || selector.kind === resource.kind) &&
    (!selector.name || selector.name === resource.name) &&
    (!selector.namespace || selector.namespace === resource.namespace) &&
    holdsAll(resource.labels, selector.labels) &&
    holdsAll(resource.annotations, selector.annotations)
  );
}

function holdsAll(
  actual: { get(key: string): string | undefined },
  wanted: ReadonlyMap<string, string> | undefined,
): boolean {
  if (wanted === undefined) return true;
  for (const [key, value] of wanted) if (actual.get(key) !== value) return false;
  return true;
}
