import { formatInventoryId } from "../../../core/resource-id.ts";
import type { Vertex } from "../graph.ts";
import type { Filter, FilterContext, Progress, Skip } from "./filter.ts";
import { isNamespace } from "./namespace-in-use.ts";

/** An object isn't applied on ground that is missing, nor is the ground taken away below what stands on it. */
export const dependency: Filter = {
  name: "dependency",
  skip(vertex, _, context) {
    return vertex.action === "apply" ? forApply(vertex, context) : forDelete(vertex, context);
  },
};

function forApply(vertex: Vertex, context: FilterContext): Skip | undefined {
  for (const { to } of context.graph.needs.get(vertex.key) ?? []) {
    const id = formatInventoryId(to.id);
    if (to.action === "delete") {
      // A namespace that stays because it is in use is ground enough.
      if (isNamespace(to) && context.usedNamespaces.has(to.id.name)) continue;
      return { text: `dependency scheduled for delete: ${id}` };
    }
    const outcome = badOutcome(context.progressOf(to.key), context.isDryRun);
    if (outcome !== undefined) return { text: `dependency apply ${outcome}: ${id}` };
  }
  return undefined;
}

function forDelete(vertex: Vertex, context: FilterContext): Skip | undefined {
  for (const { from } of context.graph.neededBy.get(vertex.key) ?? []) {
    const id = formatInventoryId(from.id);
    if (from.action === "apply") return { text: `dependent scheduled for apply: ${id}` };
    const outcome = badOutcome(context.progressOf(from.key), context.isDryRun);
    if (outcome !== undefined) return { text: `dependent delete ${outcome}: ${id}` };
  }
  return undefined;
}

function badOutcome(progress: Progress | undefined, isDryRun: boolean): string | undefined {
  if (progress === undefined) return undefined;
  const { actuation, reconcile } = progress;
  if (actuation === "Failed" || actuation === "Skipped") return `actuation ${actuation.toLowerCase()}`;
  if (isDryRun) return undefined;
  return reconcile === "Failed" || reconcile === "Timeout" || reconcile === "Skipped"
    ? `reconcile ${reconcile.toLowerCase()}`
    : undefined;
}
