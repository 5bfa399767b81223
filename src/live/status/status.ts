import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import { configConnector, isConfigConnector } from "./config-connector.ts";
import { genericRules, readyCondition } from "./generic.ts";
import {
  alwaysReady,
  customResourceDefinition,
  persistentVolumeClaim,
  podDisruptionBudget,
  service,
} from "./kinds/others.ts";
import { pod } from "./kinds/pod.ts";
import { daemonSet, deployment, job, replicaSet, statefulSet } from "./kinds/workloads.ts";
import type { Condition, StatusName, StatusRule, Verdict } from "./verdict.ts";

const rules: ReadonlyMap<string, StatusRule> = new Map([
  ["apps/Deployment", deployment],
  ["extensions/Deployment", deployment],
  ["apps/StatefulSet", statefulSet],
  ["apps/ReplicaSet", replicaSet],
  ["extensions/ReplicaSet", replicaSet],
  ["apps/DaemonSet", daemonSet],
  ["extensions/DaemonSet", daemonSet],
  ["batch/Job", job],
  ["batch/CronJob", alwaysReady],
  ["/Pod", pod],
  ["/Service", service],
  ["/ConfigMap", alwaysReady],
  ["/Secret", alwaysReady],
  ["/PersistentVolumeClaim", persistentVolumeClaim],
  ["policy/PodDisruptionBudget", podDisruptionBudget],
  ["apiextensions.k8s.io/CustomResourceDefinition", customResourceDefinition],
]);

export interface ComputedStatus {
  status: StatusName;
  message: string;
  /** At most one: `Reconciling` while in progress, `Stalled` once failed. */
  conditions: Condition[];
}

/**
 * The status of one object as kstatus computes it: pure, the clock is only asked how old a pod is.
 * Throws StatusProblem where the object is too malformed to judge.
 */
export function computeStatus(object: JsonMap, now: Date = new Date(0)): ComputedStatus {
  const verdict = judge(object, now);
  return { status: verdict.status, message: verdict.message, conditions: syntheticConditions(verdict) };
}

function judge(object: JsonMap, now: Date): Verdict {
  const group = groupOf(object);
  if ((textAt(object, "metadata", "deletionTimestamp") ?? "") !== "") {
    return { status: "Terminating", message: "Resource scheduled for deletion" };
  }
  if (isConfigConnector(group)) return configConnector(object);
  const general = genericRules(object);
  if (general !== undefined) return general;
  const rule = rules.get(`${group}/${textAt(object, "kind") ?? ""}`);
  if (rule !== undefined) return rule(object, now);
  return readyCondition(object) ?? { status: "Current", message: "Resource is current" };
}

function syntheticConditions({ status, reason, detail, message }: Verdict): Condition[] {
  if (status !== "InProgress" && status !== "Failed") return [];
  const type = status === "InProgress" ? "Reconciling" : "Stalled";
  return [{ type, status: "True", reason: reason ?? "", message: detail ?? message }];
}

export function groupOf(object: JsonMap): string {
  const apiVersion = textAt(object, "apiVersion") ?? "";
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
