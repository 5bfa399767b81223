import type { JsonMap } from "../../../core/json.ts";
import type { Graph, Vertex } from "../graph.ts";

export type InventoryPolicy = "strict" | "adopt" | "force-adopt";
export type Actuation = "Pending" | "Succeeded" | "Skipped" | "Failed";
export type Reconcile = "Pending" | "Succeeded" | "Skipped" | "Failed" | "Timeout";

export interface Progress {
  actuation: Actuation;
  reconcile: Reconcile;
}

/** What a rule may look at before it decides. */
export interface FilterContext {
  graph: Graph;
  policy: InventoryPolicy;
  inventoryId: string;
  isDryRun: boolean;
  /** Namespaces that must stay: the inventory's and those of applied objects. */
  usedNamespaces: ReadonlySet<string>;
  /** UIDs of objects that this run has applied. */
  appliedUids: ReadonlySet<string>;
  progressOf(key: string): Progress | undefined;
}

/** Why an object is left alone. */
export interface Skip {
  text: string;
  /** The object leaves the inventory; `detach` takes its owner away as well. */
  abandons?: "detach" | "forget";
}

/** One rule of safety: pure, a skip or nothing. */
export interface Filter {
  name: string;
  skip(vertex: Vertex, live: JsonMap | undefined, context: FilterContext): Skip | undefined;
}

export function firstSkip(
  filters: readonly Filter[],
  vertex: Vertex,
  live: JsonMap | undefined,
  context: FilterContext,
): Skip | undefined {
  for (const filter of filters) {
    const skip = filter.skip(vertex, live, context);
    if (skip !== undefined) return skip;
  }
  return undefined;
}
