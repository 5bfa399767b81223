import { compactJson, isMap, type JsonMap, textAt } from "../../core/json.ts";
import { generationOf, isBeingDeleted, nameOf } from "../kube-object.ts";
import { hashWord } from "../names.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import { type Controller, keyOfChange } from "./controller.ts";
import {
  controlled,
  controllerKey,
  controllerManager,
  hasEnded,
  isReady,
  mustType,
  podFrom,
  setCounts,
  writeStatus,
} from "./objects.ts";

const daemonSets = "daemonsets.apps";
const revisionLabel = "controller-revision-hash";

/** One pod on each node. */
export const daemonSetController: Controller = {
  name: "daemon-sets",
  concerns(change, cluster) {
    if (change.entry.collection === daemonSets) return [keyOfChange(change)];
    if (change.entry.collection === "pods") return controllerKey(change, "DaemonSet", daemonSets);
    if (change.entry.collection !== "nodes") return [];
    return cluster.store
      .list(daemonSets)
      .map(({ namespace, name }) => ({ collection: daemonSets, namespace, name }));
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(daemonSets, key.namespace, key.name);
    if (entry === undefined) return undefined;
    const set = entry.object;
    const hash = hashOf(set);
    const nodes = cluster.store.list("nodes").filter(({ object }) => fits(set, object));
    const pods = mustType("pods", cluster);
    const onNode = (pod: JsonMap): string => textAt(pod, "spec", "nodeName") ?? "";
    if (!isBeingDeleted(set)) {
      const owned = controlled(cluster, set, "pods");
      for (const node of nodes) {
        const present = owned.filter(({ object }) => onNode(object) === node.name);
        if (present.length === 0) {
          const pod = podFrom(set, {
            [revisionLabel]: hash,
            "pod-template-generation": String(generationOf(set)),
          });
          pod["spec"] = { ...(isMap(pod["spec"]) ? pod["spec"] : {}), nodeName: node.name };
          createObject(cluster, pods, key.namespace, pod, { manager: controllerManager });
        }
        for (const { object, namespace, name } of present) {
          const outdated = textAt(object, "metadata", "labels", revisionLabel) !== hash;
          const replaces = textAt(set, "spec", "updateStrategy", "type") !== "OnDelete";
          if (((outdated && replaces) || hasEnded(object)) && !isBeingDeleted(object)) {
            deleteObject(cluster, pods, namespace, name);
          }
        }
      }
    }
    writeStatus(cluster, key, (status, live) => {
      const owned = controlled(cluster, live, "pods").filter(({ object }) => !isBeingDeleted(object));
      const ready = owned.filter(({ object }) => isReady(object)).length;
      const updated = owned.filter(
        ({ object }) => textAt(object, "metadata", "labels", revisionLabel) === hash,
      ).length;
      setCounts(
        status,
        {
          currentNumberScheduled: owned.length,
          numberMisscheduled: 0,
          desiredNumberScheduled: nodes.length,
          numberReady: ready,
          updatedNumberScheduled: updated,
          numberAvailable: ready,
          numberUnavailable: nodes.length - ready,
        },
        ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"],
      );
      status["observedGeneration"] = generationOf(live);
    });
    return undefined;
  },
};

function hashOf(set: JsonMap): string {
  return hashWord(compactJson(isMap(set["spec"]) ? (set["spec"]["template"] ?? nameOf(set)) : nameOf(set)));
}

function fits(set: JsonMap, node: JsonMap): boolean {
  const spec =
    isMap(set["spec"]) && isMap(set["spec"]["template"]) ? set["spec"]["template"]["spec"] : undefined;
  const selector = isMap(spec) && isMap(spec["nodeSelector"]) ? spec["nodeSelector"] : {};
  return Object.entries(selector).every(
    ([name, value]) => textAt(node, "metadata", "labels", name) === value,
  );
}
