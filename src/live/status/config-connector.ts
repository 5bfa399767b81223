import type { JsonMap } from "../../core/json.ts";
import { textAt, valueAt } from "../../core/json.ts";
import type { Verdict } from "./verdict.ts";
import { conditionsOf, current, failed, inProgress, StatusProblem, strictInteger } from "./verdict.ts";

const finalReasons = new Set(["ManagementConflict", "UpdateFailed", "DeleteFailed", "DependencyInvalid"]);

export function isConfigConnector(group: string): boolean {
  return group.endsWith("cnrm.cloud.google.com");
}

/** Config Connector's conventions: `Ready` says it all, and some reasons mean that it never will be. */
export function configConnector(object: JsonMap): Verdict {
  if (textAt(object, "kind") === "ConfigConnectorContext") {
    const healthy = valueAt(object, "status", "healthy");
    if (typeof healthy !== "boolean") return inProgress("NotReady", "status.healthy property not set");
    return healthy ? current("status.healthy is true") : inProgress("NotReady", "status.healthy is false");
  }
  const generation = strictInteger(object, "metadata.generation", "metadata", "generation");
  if (generation === undefined) throw new StatusProblem("metadata.generation not found");
  const observed = strictInteger(object, "status.observedGeneration", "status", "observedGeneration");
  if (observed === undefined) throw new StatusProblem("status.ObservedGeneration not found");
  if (generation !== observed) {
    return inProgress(
      "LatestGenerationNotObserved",
      `${textAt(object, "kind") ?? ""} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  }
  const ready = conditionsOf(object).find(found => found.type === "Ready");
  if (ready === undefined) return inProgress("NoReadyCondition", "Ready condition not set");
  if (ready.status === "True") return current("Resource is Current");
  return finalReasons.has(ready.reason)
    ? failed(ready.reason, ready.message)
    : inProgress(ready.reason, ready.message);
}
