import { isMap, type JsonMap, valueAt } from "../../core/json.ts";
import { applyDefaults } from "../admission/defaults.ts";
import { ignoredFields, prepareForCreate } from "../admission/strategies.ts";
import { validateForCreate } from "../admission/validate.ts";
import { validateMetadata } from "../admission/validate-metadata.ts";
import {
  type ApiError,
  alreadyExists,
  badRequest,
  forbidden,
  invalid,
  notFound,
  plainError,
} from "../api-error.ts";
import { skeletonOf } from "../apply/skeleton.ts";
import { trackUpdate } from "../apply/track.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { admitCustomObject } from "../crd/admit.ts";
import { bareMap, isBeingDeleted, metadataOf } from "../kube-object.ts";
import { generateName } from "../names.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";
import { allocateForCreate } from "./allocate.ts";

/** Who writes, and how. */
export interface WriteOptions {
  manager: string;
  dryRun?: boolean;
  subresource?: string;
  warn?: (sentence: string) => void;
  /** managedFields are already right: server-side apply has written them. */
  tracked?: boolean;
}

/** Puts a new object into a namespace (or, for cluster-scoped kinds, nowhere). Answers with what is stored. */
export function createObject(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  input: JsonMap,
  options: WriteOptions,
): JsonMap {
  const object = bareMap(input);
  object["apiVersion"] = type.groupVersion;
  object["kind"] = type.kind;
  const metadata = metadataOf(object);
  placeInNamespace(object, type, namespace);
  admitToNamespace(cluster, type, namespace, String(metadata["name"] ?? ""));
  if (metadata["resourceVersion"] !== undefined && metadata["resourceVersion"] !== "") {
    throw plainError("resourceVersion should not be set on objects to be created");
  }
  for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"]) {
    delete metadata[field];
  }
  const base = metadata["generateName"];
  const generated = typeof base === "string" && base !== "" && !metadata["name"];
  if (generated) metadata["name"] = generateName(base, cluster.random);
  metadata["uid"] = cluster.uid();
  metadata["creationTimestamp"] = timestamp(cluster.clock);
  const schema = cluster.schemaOf(type);
  if (type.custom === undefined) applyDefaults(object);
  else admitCustomObject(object, type, undefined);
  if (options.tracked !== true) {
    trackUpdate(skeletonOf(type), object, {
      manager: options.manager,
      apiVersion: type.groupVersion,
      subresource: options.subresource ?? "",
      time: timestamp(cluster.clock),
      schema,
      ignored: ignoredFields(type, ""),
    });
  }
  prepareForCreate(object, type);
  useDefaultStorageClass(cluster, object, type);
  useServiceAccount(cluster, object, type, namespace);
  const collection = collectionOf(type);
  const errors = validateForCreate(object, type);
  if (errors.length === 0) errors.push(...validateMetadata(object, type));
  if (errors.length > 0) throw invalid(type, String(metadata["name"] ?? ""), errors);
  const name = String(metadata["name"]);
  const present = cluster.store.get(collection, namespace, name);
  if (present !== undefined) throw alreadyExists(type, name, isBeingDeleted(present.object));
  allocateForCreate(cluster, object, type);
  if (options.dryRun === true) return object;
  return cluster.store.put(collection, toStorage(object, cluster, type)).object;
}

function placeInNamespace(object: JsonMap, type: ResourceType, namespace: string): void {
  const metadata = metadataOf(object);
  const own = metadata["namespace"];
  if (!type.namespaced) {
    if (typeof own === "string" && own !== "") throw mismatch();
    return;
  }
  if (own === undefined || own === "") metadata["namespace"] = namespace;
  else if (own !== namespace) throw mismatch();
}

function mismatch(): ApiError {
  return badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

function admitToNamespace(cluster: Cluster, type: ResourceType, namespace: string, name: string): void {
  if (!type.namespaced) return;
  const found = cluster.store.get("namespaces", "", namespace);
  if (found === undefined) throw notFound({ group: "", plural: "namespaces" }, namespace);
  if (!isBeingDeleted(found.object)) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(type, name, why, [
    {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    },
  ]);
}

/** A claim that names no class gets the default one, which the server finds at this moment. */
function useDefaultStorageClass(cluster: Cluster, object: JsonMap, type: ResourceType): void {
  if (collectionOf(type) !== "persistentvolumeclaims" || !isMap(object["spec"])) return;
  if (object["spec"]["storageClassName"] !== undefined) return;
  const chosen = cluster.store
    .list("storageclasses.storage.k8s.io")
    .find(
      entry =>
        valueAt(entry.object, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class") ===
        "true",
    );
  if (chosen !== undefined) object["spec"]["storageClassName"] = chosen.name;
}

/** A pod runs as the default service account of its namespace, or as one that must be there. */
function useServiceAccount(cluster: Cluster, object: JsonMap, type: ResourceType, namespace: string): void {
  if (collectionOf(type) !== "pods" || !isMap(object["spec"])) return;
  const { spec } = object;
  spec["serviceAccountName"] ??= "default";
  spec["serviceAccount"] = spec["serviceAccountName"];
  const account = String(spec["serviceAccountName"]);
  if (account === "default" || cluster.store.get("serviceaccounts", namespace, account) !== undefined) return;
  const base = valueAt(object, "metadata", "generateName") ?? valueAt(object, "metadata", "name") ?? "";
  const why = `error looking up service account ${namespace}/${account}: serviceaccount ${JSON.stringify(account)} not found`;
  throw forbidden(type, String(base), why);
}

/** The object in the version in which its kind is stored. */
export function toStorage(object: JsonMap, cluster: Cluster, type: ResourceType): JsonMap {
  return convert(object, type, cluster.types.storageTypeOf(type));
}

/** Custom kinds change nothing but the version; built-in ones have one version, but for autoscaling. */
export function convert(object: JsonMap, from: ResourceType, to: ResourceType): JsonMap {
  if (from.groupVersion === to.groupVersion) return object;
  const result: JsonMap = { ...object, apiVersion: to.groupVersion };
  if (from.group === "autoscaling") convertAutoscaler(result, to.version);
  return result;
}

function convertAutoscaler(object: JsonMap, version: string): void {
  const spec = isMap(object["spec"]) ? { ...object["spec"] } : {};
  object["spec"] = spec;
  if (version === "v2") {
    const target = spec["targetCPUUtilizationPercentage"];
    delete spec["targetCPUUtilizationPercentage"];
    if (target !== undefined) {
      spec["metrics"] = [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: target } },
        },
      ];
    }
    return;
  }
  const metrics = Array.isArray(spec["metrics"]) ? spec["metrics"] : [];
  delete spec["metrics"];
  delete spec["behavior"];
  for (const metric of metrics) {
    const resource = isMap(metric) && isMap(metric["resource"]) ? metric["resource"] : undefined;
    const target = isMap(resource?.["target"]) ? resource["target"] : undefined;
    if (resource?.["name"] === "cpu" && target?.["averageUtilization"] !== undefined) {
      spec["targetCPUUtilizationPercentage"] = target["averageUtilization"];
    }
  }
}
