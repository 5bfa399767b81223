import { textAt } from "../../../core/json.ts";
import type { StatusRule } from "../verdict.ts";
import { conditionsOf, current, failed, inProgress } from "../verdict.ts";

export const alwaysReady: StatusRule = () => current("Resource is always ready");

export const podDisruptionBudget: StatusRule = () => current("AllowedDisruptions has been computed.");

export const persistentVolumeClaim: StatusRule = object => {
  const phase = textAt(object, "status", "phase") ?? "unknown";
  return phase === "Bound"
    ? current("PVC is Bound")
    : inProgress("NotBound", `PVC is not Bound. phase: ${phase === "" ? "unknown" : phase}`);
};

// The address of a load balancer isn't looked at: many clusters never give one.
export const service: StatusRule = object => {
  const type = textAt(object, "spec", "type") ?? "ClusterIP";
  const address = textAt(object, "spec", "clusterIP") ?? "";
  return type === "LoadBalancer" && address === ""
    ? inProgress("NoIPAssigned", "ClusterIP not set. Service type: LoadBalancer")
    : current("Service is ready");
};

export const customResourceDefinition: StatusRule = object => {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === "NamesAccepted" && status === "False") return failed(reason, message);
    if (type !== "Established") continue;
    if (status === "False" && reason !== "Installing") return failed(reason, message);
    if (status === "True") return current("CRD is established");
  }
  return inProgress("Installing", "Install in progress");
};
