import { isMap, type JsonMap, textAt } from "../../core/json.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { isBeingDeleted, mapsAt, numberAt } from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { conditionOf } from "./conditions.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import {
  controlled,
  controllerKey,
  controllerManager,
  isReady,
  mustType,
  phaseOf,
  podFrom,
  setCounts,
  writeStatus,
} from "./objects.ts";

const jobs = "jobs.batch";

/** Runs pods until enough have succeeded, or too many have failed. */
export const jobController: Controller = {
  name: "jobs",
  concerns(change) {
    if (change.entry.collection === jobs) return [keyOfChange(change)];
    return change.entry.collection === "pods" ? controllerKey(change, "Job", jobs) : [];
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(jobs, key.namespace, key.name);
    if (entry === undefined || isBeingDeleted(entry.object)) return undefined;
    if (!isFinished(entry.object)) work(entry, cluster);
    report(key, cluster);
    return undefined;
  },
};

function isFinished(job: JsonMap): boolean {
  return ["Complete", "Failed"].some(type => conditionOf(job, type)?.["status"] === "True");
}

interface Tally {
  active: Stored[];
  ready: number;
  succeeded: number;
  failed: number;
}

function tallyOf(job: JsonMap, cluster: Cluster): Tally {
  const pods = controlled(cluster, job, "pods");
  const active = pods.filter(
    ({ object }) => !isBeingDeleted(object) && !["Succeeded", "Failed"].includes(phaseOf(object)),
  );
  return {
    active,
    ready: active.filter(({ object }) => isReady(object)).length,
    succeeded: pods.filter(({ object }) => phaseOf(object) === "Succeeded").length,
    failed: pods.filter(({ object }) => phaseOf(object) === "Failed" || crashes(object)).length,
  };
}

function crashes(pod: JsonMap): boolean {
  return mapsAt(pod, "status", "containerStatuses").some(
    item => textAt(item, "state", "waiting", "reason") === "CrashLoopBackOff",
  );
}

function isSuspended(job: JsonMap): boolean {
  return isMap(job["spec"]) && job["spec"]["suspend"] === true;
}

function work(entry: Stored, cluster: Cluster): void {
  const job = entry.object;
  const { active, succeeded, failed } = tallyOf(job, cluster);
  const pods = mustType("pods", cluster);
  if (isSuspended(job) || failed > (numberAt(job, "spec", "backoffLimit") ?? 6)) {
    for (const pod of active) deleteObject(cluster, pods, pod.namespace, pod.name);
    return;
  }
  const completions = numberAt(job, "spec", "completions");
  const parallelism = numberAt(job, "spec", "parallelism") ?? 1;
  const wanted =
    completions === undefined
      ? succeeded > 0
        ? 0
        : parallelism
      : Math.min(parallelism, completions - succeeded);
  for (let index = active.length; index < wanted; index++) {
    createObject(cluster, pods, entry.namespace, podFrom(job), { manager: controllerManager });
  }
}

function report(key: Key, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  writeStatus(cluster, key, (status, job) => {
    const { active, ready, succeeded, failed } = tallyOf(job, cluster);
    if (isFinished(job)) return;
    if (isSuspended(job)) {
      setCounts(status, { active: 0, ready: 0 }, ["ready"]);
      delete status["startTime"];
      put(status, "Suspended", "JobSuspended", "Job suspended", now);
      return;
    }
    status["startTime"] ??= now;
    setCounts(status, { active: active.length, succeeded, failed, ready, terminating: 0 }, [
      "ready",
      "terminating",
    ]);
    status["uncountedTerminatedPods"] = {};
    const completions = numberAt(job, "spec", "completions");
    const done = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
    if (done) {
      const message = "Reached expected number of succeeded pods";
      put(status, "SuccessCriteriaMet", "CompletionsReached", message, now);
      put(status, "Complete", "CompletionsReached", message, now);
      status["completionTime"] = now;
    } else if (failed > (numberAt(job, "spec", "backoffLimit") ?? 6)) {
      const message = "Job has reached the specified backoff limit";
      put(status, "FailureTarget", "BackoffLimitExceeded", message, now);
      put(status, "Failed", "BackoffLimitExceeded", message, now);
      setCounts(status, { active: 0 });
    }
  });
}

function put(status: JsonMap, type: string, reason: string, message: string, now: string): void {
  const list = mapsAt(status, "conditions").filter(condition => condition["type"] !== type);
  const fresh = { type, status: "True", lastProbeTime: now, lastTransitionTime: now, reason, message };
  if (list.length === mapsAt(status, "conditions").length) status["conditions"] = [...list, fresh];
}
