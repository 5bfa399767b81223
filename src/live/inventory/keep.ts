import type { ResourceId } from "../../core/resource-id.ts";
import type { Progress } from "../plan/filters/filter.ts";
import { keyOf } from "../plan/identity.ts";
import type { InventoryEntry } from "./inventory.ts";

/** What became of one object of a run. */
export interface Outcome extends Progress {
  id: ResourceId;
  action: "apply" | "delete";
  isAbandoned: boolean;
  /** The answer to a request was lost for good: the object may be there. */
  isFateUnknown: boolean;
}

/**
 * What the cluster must remember after a run: everything that was applied, and of what it knew before
 * all that may still be there. New objects that never came to be leave again; nothing that exists does.
 */
export function entriesToKeep(
  outcomes: readonly Outcome[],
  previous: readonly ResourceId[],
  invalid: readonly ResourceId[] = [],
): InventoryEntry[] {
  const known = new Set(previous.map(keyOf));
  const kept: InventoryEntry[] = [];
  for (const outcome of outcomes) {
    if (outcome.isAbandoned || !isKept(outcome, known.has(keyOf(outcome.id)))) continue;
    const strategy = outcome.action === "apply" ? "Apply" : "Delete";
    kept.push({ id: outcome.id, strategy, actuation: outcome.actuation, reconcile: outcome.reconcile });
  }
  const seen = new Set(outcomes.map(outcome => keyOf(outcome.id)));
  for (const id of invalid) {
    if (!known.has(keyOf(id)) || seen.has(keyOf(id))) continue;
    kept.push({ id, strategy: "Apply", actuation: "Skipped", reconcile: "Skipped" });
  }
  return kept;
}

function isKept({ action, actuation, reconcile, isFateUnknown }: Outcome, wasKnown: boolean): boolean {
  if (isFateUnknown) return true;
  if (action === "apply") return actuation === "Succeeded" || wasKnown;
  // A deletion that was accepted but isn't seen to be done yet may be held up by a finalizer.
  return wasKnown && !(actuation === "Succeeded" && reconcile === "Succeeded");
}
