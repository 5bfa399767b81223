import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { Verdict } from "./verdict.ts";
import { conditionsOf, current, failed, inProgress, strictInteger } from "./verdict.ts";

/** Rules for every kind: an unobserved generation, and the standard conditions. */
export function genericRules(object: JsonMap): Verdict | undefined {
  const generation = strictInteger(object, "metadata.generation", "metadata", "generation");
  const observed = strictInteger(object, "status.observedGeneration", "status", "observedGeneration");
  const conditions = conditionsOf(object);
  if (generation !== undefined && observed !== undefined && generation !== observed) {
    return inProgress(
      "LatestGenerationNotObserved",
      `${textAt(object, "kind") ?? ""} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  }
  for (const { type, status, reason, message } of conditions) {
    if (status !== "True") continue;
    if (type === "Reconciling") return inProgress(reason, message);
    if (type === "Stalled") return failed(reason, message);
  }
  return undefined;
}

export function readyCondition(object: JsonMap): Verdict | undefined {
  const ready = conditionsOf(object).find(found => found.type === "Ready");
  if (ready?.status === "True") return current("Resource is Ready");
  return ready?.status === "False" || ready?.status === "Unknown"
    ? inProgress(ready.reason, ready.message)
    : undefined;
}
