import { listAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { childMap, isBeingDeleted } from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import { tryUpdate } from "../registry/update.ts";
import { collectionOf } from "../resource-names.ts";
import { type Controller, keyOfChange } from "./controller.ts";

/** Furnishes new namespaces and empties those that are going. */
export const namespaceController: Controller = {
  name: "namespaces",
  concerns(change, cluster) {
    if (change.entry.collection === "namespaces")
      return change.type === "DELETED" ? [] : [keyOfChange(change)];
    if (change.type !== "DELETED" || change.entry.namespace === "") return [];
    const holder = cluster.store.get("namespaces", "", change.entry.namespace);
    return holder !== undefined && isBeingDeleted(holder.object)
      ? [{ collection: "namespaces", namespace: "", name: holder.name }]
      : [];
  },
  reconcile({ name }, cluster) {
    const entry = cluster.store.get("namespaces", "", name);
    if (entry === undefined) return undefined;
    if (!isBeingDeleted(entry.object)) {
      furnish(name, cluster);
      return undefined;
    }
    if (listAt(entry.object, "spec", "finalizers").length === 0) return undefined;
    if (!empty(name, cluster)) return undefined;
    const type = cluster.types.find("v1", "namespaces");
    if (type === undefined) return undefined;
    tryUpdate(
      cluster,
      type,
      "",
      name,
      live => {
        childMap(live, "spec")["finalizers"] = [];
        return live;
      },
      { manager: "kube-controller-manager", subresource: "finalize" },
    );
    return undefined;
  },
};

const certificate =
  "-----BEGIN CERTIFICATE-----\nA sandbox has no cluster-wide authority.\n-----END CERTIFICATE-----\n";

function furnish(namespace: string, cluster: Cluster): void {
  const put = (plural: string, object: Parameters<typeof createObject>[3], name: string): void => {
    const type = cluster.types.find("v1", plural);
    if (type === undefined || cluster.store.get(plural, namespace, name) !== undefined) return;
    createObject(cluster, type, namespace, object, { manager: "kube-controller-manager" });
  };
  put("serviceaccounts", { metadata: { name: "default" } }, "default");
  put(
    "configmaps",
    {
      metadata: {
        name: "kube-root-ca.crt",
        annotations: {
          "kubernetes.io/description":
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as " +
            "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of " +
            "Kubernetes clusters.",
        },
      },
      data: { "ca.crt": certificate },
    },
    "kube-root-ca.crt",
  );
}

/** Deletes what is in the namespace; whether nothing is left. */
function empty(namespace: string, cluster: Cluster): boolean {
  const seen = new Set<string>();
  for (const type of cluster.types.all()) {
    const collection = collectionOf(type);
    if (!type.namespaced || seen.has(collection)) continue;
    seen.add(collection);
    for (const entry of cluster.store.list(collection, namespace)) {
      if (isBeingDeleted(entry.object)) continue;
      deleteObject(cluster, type, namespace, entry.name, { propagationPolicy: "Background" });
    }
  }
  return [...seen].every(collection => cluster.store.list(collection, namespace).length === 0);
}
