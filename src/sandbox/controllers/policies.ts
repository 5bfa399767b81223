import { isMap, type JsonMap, textAt } from "../../core/json.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { generationOf, numberAt } from "../kube-object.ts";
import { collectionOf } from "../resource-names.ts";
import { selects } from "../selectors.ts";
import { setCondition } from "./conditions.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import { hasEnded, isReady, portion, writeStatus } from "./objects.ts";

const budgets = "poddisruptionbudgets.policy";
const autoscalers = "horizontalpodautoscalers.autoscaling";

/** As much of disruption budgets and autoscalers as shows in their status. */
export const policyController: Controller = {
  name: "policies",
  concerns(change, cluster) {
    const { collection, namespace } = change.entry;
    if (collection === budgets || collection === autoscalers) {
      return change.type === "DELETED" ? [] : [keyOfChange(change)];
    }
    if (collection !== "pods") return [];
    return [budgets, autoscalers].flatMap(kind =>
      cluster.store.list(kind, namespace).map(({ name }) => ({ collection: kind, namespace, name })),
    );
  },
  reconcile(key, cluster) {
    if (key.collection === budgets) budget(key, cluster);
    else autoscale(key, cluster);
    return undefined;
  },
};

function budget(key: Key, cluster: Cluster): void {
  writeStatus(cluster, key, (status, object) => {
    const spec = isMap(object["spec"]) ? object["spec"] : {};
    const pods = cluster.store
      .list("pods", key.namespace)
      .filter(pod => selects(spec["selector"], pod.object) && !hasEnded(pod.object));
    const healthy = pods.filter(pod => isReady(pod.object)).length;
    const desired =
      spec["maxUnavailable"] === undefined
        ? portion(spec["minAvailable"] ?? 1, pods.length, true)
        : Math.max(0, pods.length - portion(spec["maxUnavailable"], pods.length, true));
    const allowed = Math.max(0, healthy - desired);
    status["observedGeneration"] = generationOf(object);
    status["disruptionsAllowed"] = allowed;
    status["currentHealthy"] = healthy;
    status["desiredHealthy"] = desired;
    status["expectedPods"] = pods.length;
    const condition: JsonMap = {
      type: "DisruptionAllowed",
      status: allowed > 0 ? "True" : "False",
      observedGeneration: generationOf(object),
      reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
      message: "",
    };
    setCondition(status, condition, timestamp(cluster.clock));
  });
}

function autoscale(key: Key, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  writeStatus(cluster, key, (status, object) => {
    const apiVersion = textAt(object, "spec", "scaleTargetRef", "apiVersion") ?? "";
    const type = cluster.types.findKind(apiVersion, textAt(object, "spec", "scaleTargetRef", "kind") ?? "");
    const name = textAt(object, "spec", "scaleTargetRef", "name") ?? "";
    const target =
      type === undefined ? undefined : cluster.store.get(collectionOf(type), key.namespace, name);
    if (target === undefined) {
      const message = `the HPA controller was unable to get the target's current scale: ${(type?.plural ?? "resource") + (type?.group ? `.${type.group}` : "")} "${name}" not found`;
      setCondition(status, { type: "AbleToScale", status: "False", reason: "FailedGetScale", message }, now);
      return;
    }
    const replicas = numberAt(target.object, "spec", "replicas") ?? 0;
    status["currentReplicas"] = replicas;
    status["desiredReplicas"] = replicas;
    status["currentMetrics"] = null;
    const message = "the HPA controller was able to get the target's current scale";
    setCondition(status, { type: "AbleToScale", status: "True", reason: "SucceededGetScale", message }, now);
  });
}
