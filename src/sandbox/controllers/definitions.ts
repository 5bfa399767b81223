import { equalJson, type Json, type JsonMap, listAt, textAt } from "../../core/json.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { typesOf } from "../crd/define.ts";
import { childMap, finalizersOf, isBeingDeleted, mapsAt, metadataOf, nameOf } from "../kube-object.ts";
import { cleanupFinalizer, deleteObject } from "../registry/remove.ts";
import { tryUpdate } from "../registry/update.ts";
import { collectionOf } from "../resource-names.ts";
import { conditionOf, setCondition } from "./conditions.ts";
import { type Controller, keyOfChange } from "./controller.ts";

const definitions = "customresourcedefinitions.apiextensions.k8s.io";

/** Has the server serve what definitions define, and takes it away with them. */
export const definitionController: Controller = {
  name: "definitions",
  delay: cluster => cluster.delays.establish,
  concerns(change, cluster) {
    if (change.entry.collection === definitions) {
      if (change.type === "DELETED") cluster.types.setCustom(change.entry.name, []);
      else if (isEstablished(change.entry.object)) serve(change.entry.object, cluster);
      return [keyOfChange(change)];
    }
    if (change.type !== "DELETED" || !change.entry.collection.includes(".")) return [];
    const definition = cluster.store.get(definitions, "", change.entry.collection);
    return definition !== undefined && isBeingDeleted(definition.object)
      ? [{ collection: definitions, namespace: "", name: definition.name }]
      : [];
  },
  reconcile({ name }, cluster) {
    const entry = cluster.store.get(definitions, "", name);
    if (entry === undefined) return undefined;
    if (isBeingDeleted(entry.object)) cleanUp(entry.object, cluster);
    else establish(entry.object, cluster);
    return undefined;
  },
};

function isEstablished(definition: JsonMap): boolean {
  return conditionOf(definition, "Established")?.["status"] === "True";
}

function serve(definition: JsonMap, cluster: Cluster): void {
  cluster.types.setCustom(nameOf(definition), typesOf(definition));
}

function establish(definition: JsonMap, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  writeStatus(cluster, nameOf(definition), status => {
    const names = childMap(childMap(definition, "spec"), "names");
    const accepted: JsonMap = {};
    for (const field of ["plural", "singular", "shortNames", "kind", "listKind", "categories"]) {
      if (names[field] !== undefined) accepted[field] = names[field];
    }
    if (!equalJson(status["acceptedNames"], accepted)) status["acceptedNames"] = accepted;
    const clash = cluster.types
      .all()
      .find(
        type =>
          type.group === textAt(definition, "spec", "group") &&
          type.custom?.definitionName !== nameOf(definition) &&
          type.kind === names["kind"],
      );
    if (clash !== undefined) {
      const message = `${JSON.stringify(clash.kind)} is already in use`;
      setCondition(status, { type: "NamesAccepted", status: "False", reason: "KindConflict", message }, now);
      setCondition(
        status,
        {
          type: "Established",
          status: "False",
          reason: "NotAccepted",
          message: "not all names are accepted",
        },
        now,
      );
      return;
    }
    const fine: [string, string, string][] = [
      ["NamesAccepted", "NoConflicts", "no conflicts found"],
      ["Established", "InitialNamesAccepted", "the initial names have been accepted"],
    ];
    for (const [type, reason, message] of fine)
      setCondition(status, { type, status: "True", reason, message }, now);
    const stored = listAt(status, "storedVersions");
    const storage = mapsAt(definition, "spec", "versions").find(version => version["storage"] === true)?.[
      "name"
    ];
    if (storage !== undefined && !stored.includes(storage)) status["storedVersions"] = [...stored, storage];
  });
}

function writeStatus(cluster: Cluster, name: string, change: (status: JsonMap) => void): void {
  const type = cluster.types.find("apiextensions.k8s.io/v1", "customresourcedefinitions");
  if (type === undefined) return;
  tryUpdate(
    cluster,
    type,
    "",
    name,
    live => {
      change(childMap(live, "status"));
      return live;
    },
    { manager: "kube-apiserver", subresource: "status" },
  );
}

/** Deletes the instances, then lets the definition go. */
function cleanUp(definition: JsonMap, cluster: Cluster): void {
  const type = cluster.types.find("apiextensions.k8s.io/v1", "customresourcedefinitions");
  if (type === undefined || !finalizersOf(definition).includes(cleanupFinalizer)) return;
  const instances = cluster.types.all().find(({ custom }) => custom?.definitionName === nameOf(definition));
  const entries = instances === undefined ? [] : cluster.store.list(collectionOf(instances));
  if (instances !== undefined) {
    for (const entry of entries) {
      if (!isBeingDeleted(entry.object)) deleteObject(cluster, instances, entry.namespace, entry.name);
    }
    if (cluster.store.list(collectionOf(instances)).length > 0) return;
  }
  tryUpdate(
    cluster,
    type,
    "",
    nameOf(definition),
    live => {
      const rest: Json[] = finalizersOf(live).filter(finalizer => finalizer !== cleanupFinalizer);
      metadataOf(live)["finalizers"] = rest;
      return live;
    },
    { manager: "kube-apiserver" },
  );
}
