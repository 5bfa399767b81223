import { textAt } from "../../../core/json.ts";
import type { StatusRule } from "../verdict.ts";
import { conditionsOf, containers, current, failed, inProgress, StatusProblem } from "../verdict.ts";

/** The scheduler gets this long before an unschedulable pod counts as failed. */
export const schedulingWindowMs = 15_000;

export const pod: StatusRule = (object, now) => {
  const phase = textAt(object, "status", "phase") ?? "";
  const conditions = conditionsOf(object);
  switch (phase) {
    case "Succeeded":
      return current("Pod has completed successfully");
    case "Failed":
      return current("Pod has completed, but not successfully");
    case "Running": {
      if (conditions.some(found => found.type === "Ready" && found.status === "True")) {
        return current("Pod is Ready");
      }
      const crashing = containers(object, "containerStatuses")
        .filter(status => textAt(status, "state", "waiting", "reason") === "CrashLoopBackOff")
        .map(status => textAt(status, "name") ?? "");
      if (crashing.length > 0) {
        return failed("ContainerCrashLooping", `Containers in CrashLoop state: ${crashing.join(",")}`);
      }
      return inProgress("PodRunningNotReady", "Pod is running but is not Ready");
    }
    case "Pending": {
      const unscheduled = conditions.some(
        found =>
          found.type === "PodScheduled" && found.status === "False" && found.reason === "Unschedulable",
      );
      if (!unscheduled) return inProgress("PodPending", "Pod is in the Pending phase");
      const created = Date.parse(textAt(object, "metadata", "creationTimestamp") ?? "");
      return now.getTime() - created < schedulingWindowMs
        ? inProgress("PodNotScheduled", "Pod has not been scheduled")
        : failed("PodUnschedulable", "Pod could not be scheduled");
    }
    case "":
      return inProgress("PodNotObserved", "Pod phase not available");
    default:
      throw new StatusProblem(`unknown phase ${phase}`);
  }
};
