import { type Json, type JsonMap, textAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import {
  childMap,
  dropEmpty,
  finalizersOf,
  isBeingDeleted,
  mapsAt,
  metadataOf,
  nameOf,
  textsAt,
  uidOf,
} from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import { controllerManager, hasEnded, mustType, writeSpec, writeStatus } from "./objects.ts";

const claims = "persistentvolumeclaims";
const volumes = "persistentvolumes";
const protection = "kubernetes.io/pvc-protection";
const volumeProtection = "kubernetes.io/pv-protection";
const provisioner = "sandbox.kpt.dev/storage";

/** Binds claims to volumes, made on demand for the classes of the sandbox, and protects claims in use. */
export const volumeController: Controller = {
  name: "volumes",
  concerns(change, cluster) {
    const { collection, namespace } = change.entry;
    if (collection === claims || collection === volumes) {
      const key = keyOfChange(change);
      // A new volume may be what a claim waits for.
      const waiting = collection === volumes && change.type === "ADDED" ? pendingClaims(cluster) : [];
      if (change.type === "DELETED" && collection === claims) return volumesOf(change.entry, cluster);
      return change.type === "DELETED" ? waiting : [key, ...waiting];
    }
    if (collection !== "pods" || (change.type !== "DELETED" && !hasEnded(change.entry.object))) return [];
    return mapsAt(change.entry.object, "spec", "volumes")
      .map(volume => textAt(volume, "persistentVolumeClaim", "claimName"))
      .filter(name => name !== undefined)
      .map(name => ({ collection: claims, namespace, name }));
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get(key.collection, key.namespace, key.name);
    if (entry === undefined) return undefined;
    if (key.collection === volumes) {
      if (isBeingDeleted(entry.object)) letVolumeGo(entry, cluster);
      else settleVolume(entry, cluster);
    } else if (isBeingDeleted(entry.object)) letGo(entry, cluster);
    else if (textAt(entry.object, "status", "phase") !== "Bound") bind(entry, cluster);
    return undefined;
  },
};

function pendingClaims(cluster: Cluster): Key[] {
  return cluster.store
    .list(claims)
    .filter(({ object }) => textAt(object, "status", "phase") === "Pending")
    .map(({ namespace, name }) => ({ collection: claims, namespace, name }));
}

function volumesOf(claim: Stored, cluster: Cluster): Key[] {
  return cluster.store
    .list(volumes)
    .filter(({ object }) => textAt(object, "spec", "claimRef", "uid") === uidOf(claim.object))
    .map(({ name }) => ({ collection: volumes, namespace: "", name }));
}

/** A claim goes when no pod uses it any more. */
function letGo(entry: Stored, cluster: Cluster): void {
  if (!finalizersOf(entry.object).includes(protection)) return;
  const used = cluster.store
    .list("pods", entry.namespace)
    .some(
      ({ object }) =>
        !hasEnded(object) &&
        mapsAt(object, "spec", "volumes").some(
          volume => textAt(volume, "persistentVolumeClaim", "claimName") === entry.name,
        ),
    );
  if (used) return;
  writeSpec(cluster, { collection: claims, namespace: entry.namespace, name: entry.name }, claim => {
    const metadata = metadataOf(claim);
    metadata["finalizers"] = finalizersOf(claim).filter(name => name !== protection);
    dropEmpty(metadata, "finalizers");
  });
}

/** A volume goes when no claim is bound to it any more. */
function letVolumeGo(entry: Stored, cluster: Cluster): void {
  const namespace = textAt(entry.object, "spec", "claimRef", "namespace") ?? "";
  const claim = cluster.store.get(claims, namespace, textAt(entry.object, "spec", "claimRef", "name") ?? "");
  if (claim !== undefined && uidOf(claim.object) === textAt(entry.object, "spec", "claimRef", "uid")) return;
  writeSpec(cluster, { collection: volumes, namespace: "", name: entry.name }, volume => {
    const metadata = metadataOf(volume);
    metadata["finalizers"] = finalizersOf(volume).filter(name => name !== volumeProtection);
    dropEmpty(metadata, "finalizers");
  });
}

function bind(entry: Stored, cluster: Cluster): void {
  const claim = entry.object;
  const className = textAt(claim, "spec", "storageClassName") ?? "";
  const wantedVolume = textAt(claim, "spec", "volumeName");
  const free = cluster.store
    .list(volumes)
    .find(
      ({ object, name }) =>
        (wantedVolume === undefined || wantedVolume === name) && isFreeFor(object, claim, className),
    );
  const volume =
    free?.name ?? (wantedVolume === undefined ? provision(entry, className, cluster) : undefined);
  if (volume === undefined) return;
  const key = { collection: claims, namespace: entry.namespace, name: entry.name };
  writeSpec(cluster, { collection: volumes, namespace: "", name: volume }, live => {
    childMap(live, "spec")["claimRef"] = referenceTo(claim);
  });
  writeStatus(cluster, { collection: volumes, namespace: "", name: volume }, status => {
    status["phase"] = "Bound";
  });
  writeSpec(cluster, key, live => {
    childMap(live, "spec")["volumeName"] = volume;
    const annotations = childMap(metadataOf(live), "annotations");
    annotations["pv.kubernetes.io/bind-completed"] = "yes";
    annotations["pv.kubernetes.io/bound-by-controller"] = "yes";
    if (free === undefined) {
      annotations["volume.beta.kubernetes.io/storage-provisioner"] = provisioner;
      annotations["volume.kubernetes.io/storage-provisioner"] = provisioner;
    }
  });
  const capacity = cluster.store.get(volumes, "", volume)?.object;
  writeStatus(cluster, key, status => {
    status["phase"] = "Bound";
    status["accessModes"] = textsAt(claim, "spec", "accessModes");
    status["capacity"] = { storage: textAt(capacity, "spec", "capacity", "storage") ?? "" };
  });
}

function isFreeFor(volume: JsonMap, claim: JsonMap, className: string): boolean {
  const reference = textAt(volume, "spec", "claimRef", "name");
  const mine =
    reference === undefined ||
    (reference === nameOf(claim) &&
      textAt(volume, "spec", "claimRef", "namespace") === textAt(claim, "metadata", "namespace"));
  const modes = textsAt(volume, "spec", "accessModes");
  return (
    mine &&
    textAt(volume, "status", "phase") !== "Released" &&
    (textAt(volume, "spec", "storageClassName") ?? "") === className &&
    textsAt(claim, "spec", "accessModes").every(mode => modes.includes(mode))
  );
}

/** A volume for a claim whose class the sandbox provides. */
function provision(entry: Stored, className: string, cluster: Cluster): string | undefined {
  const storageClass = cluster.store.get("storageclasses.storage.k8s.io", "", className);
  if (storageClass === undefined || textAt(storageClass.object, "provisioner") !== provisioner)
    return undefined;
  const name = `pvc-${uidOf(entry.object)}`;
  const policy: Json = storageClass.object["reclaimPolicy"] ?? "Delete";
  createObject(
    cluster,
    mustType(volumes, cluster),
    "",
    {
      metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": provisioner } },
      spec: {
        accessModes: textsAt(entry.object, "spec", "accessModes"),
        capacity: { storage: textAt(entry.object, "spec", "resources", "requests", "storage") ?? "" },
        claimRef: referenceTo(entry.object),
        hostPath: { path: `/var/sandbox/${name}`, type: "" },
        persistentVolumeReclaimPolicy: policy,
        storageClassName: className,
        volumeMode: textAt(entry.object, "spec", "volumeMode") ?? "Filesystem",
      },
    },
    { manager: controllerManager },
  );
  return name;
}

function referenceTo(claim: JsonMap): JsonMap {
  const metadata = metadataOf(claim);
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    name: nameOf(claim),
    namespace: metadata["namespace"] ?? "",
    resourceVersion: metadata["resourceVersion"] ?? "",
    uid: uidOf(claim),
  };
}

function settleVolume(entry: Stored, cluster: Cluster): void {
  const key = { collection: volumes, namespace: "", name: entry.name };
  const reference = textAt(entry.object, "spec", "claimRef", "uid");
  if (reference === undefined) {
    if (textAt(entry.object, "status", "phase") === "Pending") {
      writeStatus(cluster, key, status => {
        status["phase"] = "Available";
      });
    }
    return;
  }
  const namespace = textAt(entry.object, "spec", "claimRef", "namespace") ?? "";
  const claim = cluster.store.get(claims, namespace, textAt(entry.object, "spec", "claimRef", "name") ?? "");
  if (claim !== undefined && uidOf(claim.object) === reference) return;
  if (textAt(entry.object, "spec", "persistentVolumeReclaimPolicy") === "Delete") {
    deleteObject(cluster, mustType(volumes, cluster), "", entry.name);
    return;
  }
  writeStatus(cluster, key, status => {
    status["phase"] = "Released";
  });
}
