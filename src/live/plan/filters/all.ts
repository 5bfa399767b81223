import { dependency } from "./dependency.ts";
import type { Filter } from "./filter.ts";
import { inventoryPolicy } from "./inventory-policy.ts";
import { justApplied } from "./just-applied.ts";
import { preventApply, preventRemove } from "./lifecycle.ts";
import { namespaceInUse } from "./namespace-in-use.ts";

/** In the order in which they are asked; the first reason is the one told (spec 4.4). */
export const applyFilters: readonly Filter[] = [inventoryPolicy, preventApply, dependency];
export const pruneFilters: readonly Filter[] = [
  preventRemove,
  inventoryPolicy,
  namespaceInUse,
  dependency,
  justApplied,
];
export const destroyFilters: readonly Filter[] = [preventRemove, inventoryPolicy, dependency, justApplied];
