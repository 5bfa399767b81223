import { compactJson, emptyMap, isMap, type Json, type JsonMap, textAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { bareMap, numberAt } from "../kube-object.ts";
import { hashWord } from "../names.ts";
import type { Stored } from "../store.ts";
import { controlled, portion } from "./objects.ts";
import { replicaSets } from "./replica-sets.ts";

export const deployments = "deployments.apps";

export const revision = "deployment.kubernetes.io/revision";

/** The label and name part that tells templates apart. */
export function templateHash(owner: JsonMap): string {
  const template = isMap(owner["spec"]) ? (owner["spec"]["template"] ?? null) : null;
  return hashWord(compactJson(withoutHash(template)));
}

function withoutHash(template: Json): Json {
  if (!isMap(template)) return template;
  const copy = bareMap(template);
  const labels = isMap(copy["metadata"]) ? copy["metadata"]["labels"] : undefined;
  if (isMap(labels)) delete labels["pod-template-hash"];
  return copy;
}

export interface Sets {
  fresh: Stored | undefined;
  old: Stored[];
}

export function setsOf(deployment: JsonMap, cluster: Cluster): Sets {
  const hash = templateHash(deployment);
  const sets = controlled(cluster, deployment, replicaSets);
  const fresh = sets.find(({ object }) => textAt(object, "metadata", "labels", "pod-template-hash") === hash);
  return { fresh, old: sets.filter(set => set !== fresh) };
}

export function sum(sets: readonly Stored[], ...path: string[]): number {
  return sets.reduce((total, { object }) => total + (numberAt(object, ...path) ?? 0), 0);
}

export function revisionOf(set: Stored): string {
  return textAt(set.object, "metadata", "annotations", revision) ?? "0";
}

export function maxSurge(deployment: JsonMap, wanted: number): number {
  if (textAt(deployment, "spec", "strategy", "type") !== "RollingUpdate") return 0;
  return portion(rolling(deployment)["maxSurge"], wanted, true);
}

export function maxUnavailable(deployment: JsonMap, wanted: number): number {
  if (textAt(deployment, "spec", "strategy", "type") !== "RollingUpdate" || wanted === 0) return 0;
  const count = portion(rolling(deployment)["maxUnavailable"], wanted, false);
  return Math.min(wanted, count === 0 && maxSurge(deployment, wanted) === 0 ? 1 : count);
}

function rolling(deployment: JsonMap): JsonMap {
  const spec = isMap(deployment["spec"]) ? deployment["spec"] : emptyMap();
  const strategy = isMap(spec["strategy"]) ? spec["strategy"] : emptyMap();
  return isMap(strategy["rollingUpdate"]) ? strategy["rollingUpdate"] : emptyMap();
}
