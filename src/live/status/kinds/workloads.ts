import { textAt, valueAt } from "../../../core/json.ts";
import type { StatusRule } from "../verdict.ts";
import { conditionsOf, current, failed, inProgress, integer } from "../verdict.ts";

const unlimitedDeadline = 2147483647;

export const deployment: StatusRule = object => {
  const deadline = valueAt(object, "spec", "progressDeadlineSeconds");
  let progressing = deadline === undefined || deadline === unlimitedDeadline;
  let available = false;
  for (const condition of conditionsOf(object)) {
    if (condition.type === "Progressing" && condition.reason === "ProgressDeadlineExceeded") {
      return failed("ProgressDeadlineExceeded", "Progress deadline exceeded", condition.message);
    }
    if (condition.type === "Progressing" && condition.status === "True") {
      if (condition.reason === "NewReplicaSetAvailable") progressing = true;
    }
    if (condition.type === "Available" && condition.status === "True") available = true;
  }
  const wanted = integer(object, 1, "spec", "replicas");
  const replicas = integer(object, 0, "status", "replicas");
  const updated = integer(object, 0, "status", "updatedReplicas");
  const ready = integer(object, 0, "status", "readyReplicas");
  const availableReplicas = integer(object, 0, "status", "availableReplicas");
  if (wanted > replicas) return inProgress("LessReplicas", `Replicas: ${replicas}/${wanted}`);
  if (wanted > updated) return inProgress("LessUpdated", `Updated: ${updated}/${wanted}`);
  if (replicas > wanted) return inProgress("ExtraPods", `Pending termination: ${replicas - wanted}`);
  if (updated > availableReplicas) {
    return inProgress("LessAvailable", `Available: ${availableReplicas}/${updated}`);
  }
  if (wanted > ready) return inProgress("LessReady", `Ready: ${ready}/${wanted}`);
  if (!progressing) return inProgress("ReplicaSetNotAvailable", "ReplicaSet not Available");
  if (!available) return inProgress("DeploymentNotAvailable", "Deployment not Available");
  return current(`Deployment is available. Replicas: ${replicas}`);
};

export const statefulSet: StatusRule = object => {
  if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") {
    return current("StatefulSet is using the ondelete update strategy");
  }
  const wanted = integer(object, 1, "spec", "replicas");
  const replicas = integer(object, 0, "status", "replicas");
  const updated = integer(object, 0, "status", "updatedReplicas");
  const ready = integer(object, 0, "status", "readyReplicas");
  const present = integer(object, 0, "status", "currentReplicas");
  if (wanted > replicas) return inProgress("LessReplicas", `Replicas: ${replicas}/${wanted}`);
  if (wanted > ready) return inProgress("LessReady", `Ready: ${ready}/${wanted}`);
  if (replicas > wanted) return inProgress("ExtraPods", `Pending termination: ${replicas - wanted}`);
  const partition = integer(object, -1, "spec", "updateStrategy", "rollingUpdate", "partition");
  if (partition >= 0) {
    if (updated < wanted - partition) {
      return inProgress("PartitionRollout", `updated: ${updated}/${wanted - partition}`);
    }
    return current(`Partition rollout complete. updated: ${updated}`);
  }
  if (wanted > present) return inProgress("LessCurrent", `current: ${present}/${wanted}`);
  const currentRevision = textAt(object, "status", "currentRevision") ?? "";
  if (currentRevision !== (textAt(object, "status", "updateRevision") ?? "")) {
    return inProgress("RevisionMismatch", "Waiting for updated revision to match current");
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
};

export const replicaSet: StatusRule = object => {
  if (conditionsOf(object).some(found => found.type === "ReplicaFailure" && found.status === "True")) {
    return inProgress("ReplicaFailure", "Replica Failure condition. Check Pods");
  }
  const wanted = integer(object, 1, "spec", "replicas");
  const replicas = integer(object, 0, "status", "replicas");
  const labelled = integer(object, 0, "status", "fullyLabeledReplicas");
  const available = integer(object, 0, "status", "availableReplicas");
  const ready = integer(object, 0, "status", "readyReplicas");
  if (wanted > labelled) return inProgress("LessLabelled", `Labelled: ${labelled}/${wanted}`);
  if (wanted > available) return inProgress("LessAvailable", `Available: ${available}/${wanted}`);
  if (wanted > ready) return inProgress("LessReady", `Ready: ${ready}/${wanted}`);
  if (replicas > wanted) return inProgress("ExtraPods", `Pending termination: ${replicas - wanted}`);
  return current(`ReplicaSet is available. Replicas: ${replicas}`);
};

export const daemonSet: StatusRule = object => {
  if (valueAt(object, "metadata", "generation") === undefined) {
    return inProgress("NoGeneration", "DaemonSet metadata.generation not found");
  }
  if (valueAt(object, "status", "observedGeneration") === undefined) {
    return inProgress("NoObservedGeneration", "DaemonSet status.observedGeneration not found");
  }
  const desired = integer(object, -1, "status", "desiredNumberScheduled");
  if (desired < 0) return inProgress("NoDesiredNumber", "Missing .status.desiredNumberScheduled");
  const scheduled = integer(object, 0, "status", "currentNumberScheduled");
  const updated = integer(object, 0, "status", "updatedNumberScheduled");
  const available = integer(object, 0, "status", "numberAvailable");
  const ready = integer(object, 0, "status", "numberReady");
  if (desired > scheduled) return inProgress("LessCurrent", `Current: ${scheduled}/${desired}`);
  if (desired > updated) return inProgress("LessUpdated", `Updated: ${updated}/${desired}`);
  if (desired > available) return inProgress("LessAvailable", `Available: ${available}/${desired}`);
  if (desired > ready) return inProgress("LessReady", `Ready: ${ready}/${desired}`);
  return current(`All replicas scheduled as expected. Replicas: ${desired}`);
};

export const job: StatusRule = object => {
  const parallelism = integer(object, 1, "spec", "parallelism");
  const completions = integer(object, parallelism, "spec", "completions");
  const succeeded = integer(object, 0, "status", "succeeded");
  const active = integer(object, 0, "status", "active");
  const failures = integer(object, 0, "status", "failed");
  for (const condition of conditionsOf(object)) {
    if (condition.status !== "True") continue;
    if (condition.type === "Complete") {
      return current(`Job Completed. succeeded: ${succeeded}/${completions}`);
    }
    if (condition.type === "Failed") {
      return failed("JobFailed", `Job Failed. failed: ${failures}/${completions}`);
    }
    if (condition.type === "Suspended" && valueAt(object, "spec", "suspend") === true) {
      return current("Job is suspended");
    }
  }
  if ((textAt(object, "status", "startTime") ?? "") === "") {
    return inProgress("JobNotStarted", "Job not started");
  }
  return current(`Job in progress. success:${succeeded}, active: ${active}, failed: ${failures}`);
};
