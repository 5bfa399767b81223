import { emptyMap, equalJson, isMap, type Json, type JsonMap } from "../../core/json.ts";
import { FieldSet } from "../apply/field-set.ts";
import { bareMap, childMap, generationOf, mapsAt, metadataOf, numberAt } from "../kube-object.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";

// What the strategies of pkg/registry do to objects between decoding and storing: status and spec have doors of
// their own, the generation counts what the user wants.

const initialStatus: Record<string, JsonMap> = {
  pods: { phase: "Pending" },
  services: { loadBalancer: {} },
  persistentvolumeclaims: { phase: "Pending" },
  persistentvolumes: { phase: "Pending" },
  namespaces: { phase: "Active" },
  nodes: {},
  resourcequotas: {},
  replicationcontrollers: { replicas: 0 },
  "deployments.apps": {},
  "replicasets.apps": { replicas: 0 },
  "statefulsets.apps": { replicas: 0, availableReplicas: 0 },
  "daemonsets.apps": {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  },
  "jobs.batch": {},
  "cronjobs.batch": {},
  "ingresses.networking.k8s.io": { loadBalancer: {} },
  "servicecidrs.networking.k8s.io": {},
  "poddisruptionbudgets.policy": {
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
  },
  "horizontalpodautoscalers.autoscaling": { desiredReplicas: 0, currentMetrics: null },
  "customresourcedefinitions.apiextensions.k8s.io": {
    conditions: null,
    acceptedNames: { plural: "", kind: "" },
    storedVersions: null,
  },
  "apiservices.apiregistration.k8s.io": {},
  "certificatesigningrequests.certificates.k8s.io": {},
  "flowschemas.flowcontrol.apiserver.k8s.io": {},
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": {},
  "validatingadmissionpolicies.admissionregistration.k8s.io": {},
};

export function hasStatusDoor(type: ResourceType): boolean {
  return type.subresources.some(({ name }) => name === "status");
}

export function prepareForCreate(object: JsonMap, type: ResourceType): void {
  if (hasStatusDoor(type)) {
    const status = initialStatus[collectionOf(type)];
    if (status === undefined) delete object["status"];
    else object["status"] = bareMap(status);
  }
  if (type.countsGenerations) metadataOf(object)["generation"] = 1;
  else delete metadataOf(object)["generation"];
  creators[collectionOf(type)]?.(object);
}

const creators: Record<string, (object: JsonMap) => void> = {
  "customresourcedefinitions.apiextensions.k8s.io"(object) {
    const stored = mapsAt(object, "spec", "versions").filter(version => version["storage"] === true);
    if (stored.length > 0)
      childMap(object, "status")["storedVersions"] = stored.map(version => version["name"] ?? "");
  },
  persistentvolumes(object) {
    const metadata = metadataOf(object);
    metadata["finalizers"] ??= ["kubernetes.io/pv-protection"];
  },
  pods(object) {
    childMap(object, "status")["qosClass"] = qualityOfService(childMap(object, "spec"));
    const spec = childMap(object, "spec");
    spec["tolerations"] ??= [
      {
        key: "node.kubernetes.io/not-ready",
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      },
      {
        key: "node.kubernetes.io/unreachable",
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      },
    ];
    spec["priority"] ??= 0;
    spec["preemptionPolicy"] ??= "PreemptLowerPriority";
  },
  namespaces(object) {
    const finalizers = childMap(object, "spec");
    finalizers["finalizers"] ??= ["kubernetes"];
  },
  persistentvolumeclaims(object) {
    const metadata = metadataOf(object);
    metadata["finalizers"] ??= ["kubernetes.io/pvc-protection"];
  },
  "jobs.batch"(object) {
    const spec = childMap(object, "spec");
    if (spec["manualSelector"] === true) return;
    const metadata = metadataOf(object);
    const labels = {
      "batch.kubernetes.io/controller-uid": metadata["uid"] ?? "",
      "batch.kubernetes.io/job-name": metadata["name"] ?? "",
      "controller-uid": metadata["uid"] ?? "",
      "job-name": metadata["name"] ?? "",
    };
    const template = childMap(childMap(spec, "template"), "metadata");
    Object.assign(childMap(template, "labels"), labels);
    spec["selector"] = { matchLabels: { "batch.kubernetes.io/controller-uid": metadata["uid"] ?? "" } };
    metadata["labels"] ??= { ...childMap(template, "labels") };
  },
};

function qualityOfService(spec: JsonMap): string {
  const containers = [...mapsAt(spec, "containers"), ...mapsAt(spec, "initContainers")];
  let any = false;
  let guaranteed = containers.length > 0;
  for (const container of containers) {
    const resources = isMap(container["resources"]) ? container["resources"] : emptyMap();
    const limits = isMap(resources["limits"]) ? resources["limits"] : emptyMap();
    const requests = isMap(resources["requests"]) ? resources["requests"] : emptyMap();
    if (Object.keys(limits).length + Object.keys(requests).length > 0) any = true;
    for (const name of ["cpu", "memory"]) {
      if (
        limits[name] === undefined ||
        (requests[name] !== undefined && !equalJson(limits[name], requests[name]))
      ) {
        guaranteed = false;
      }
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

/** Puts back what this door may not change and counts the generation. */
export function prepareForUpdate(
  after: JsonMap,
  before: JsonMap,
  type: ResourceType,
  subresource: string,
): void {
  const metadata = metadataOf(after);
  const last = metadataOf(before);
  restore(metadata, last, "generation");
  if (subresource === "status") {
    restore(after, before, "spec");
    if (type.custom !== undefined) keepAllButStatus(after, before);
    else if (collectionOf(type) === "deployments.apps") restore(metadata, last, "labels");
    else if (collectionOf(type) === "pods") restore(metadata, last, "ownerReferences");
    return;
  }
  if (subresource === "" && hasStatusDoor(type)) restore(after, before, "status");
  if (collectionOf(type) === "namespaces" && subresource !== "finalize") restore(after, before, "spec");
  if (type.countsGenerations && wantsSomethingElse(after, before, type)) {
    metadata["generation"] = generationOf(before) + 1;
  }
}

function keepAllButStatus(after: JsonMap, before: JsonMap): void {
  const managedFields = metadataOf(after)["managedFields"];
  const resourceVersion = metadataOf(after)["resourceVersion"];
  for (const key of Object.keys(after)) if (key !== "status") delete after[key];
  for (const [key, value] of Object.entries(before)) {
    if (key !== "status") after[key] = isMap(value) ? bareMap(value) : value;
  }
  const metadata = metadataOf(after);
  if (managedFields !== undefined) metadata["managedFields"] = managedFields;
  if (resourceVersion !== undefined) metadata["resourceVersion"] = resourceVersion;
}

function restore(after: JsonMap, before: JsonMap, key: string): void {
  const value = before[key];
  if (value === undefined) delete after[key];
  else after[key] = value;
}

function wantsSomethingElse(after: JsonMap, before: JsonMap, type: ResourceType): boolean {
  if (type.custom !== undefined) {
    const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
    keys.delete("metadata");
    keys.delete("apiVersion");
    if (type.custom.hasStatus) keys.delete("status");
    return [...keys].some(key => !equalJson(after[key], before[key]));
  }
  if (collectionOf(type) === "deployments.apps") {
    if (!equalJson(annotations(after), annotations(before))) return true;
  }
  const contents = ["spec", "webhooks", "endpoints", "value"];
  return contents.some(key => !equalJson(after[key], before[key]));
}

function annotations(object: JsonMap): Json {
  return metadataOf(object)["annotations"] ?? {};
}

const status = new FieldSet().insert(["f:status"]);
const allButStatus = new FieldSet().insert(["f:spec"]);
const nothing = new FieldSet();

/** Fields that nobody comes to own through this door, because it does not write them. */
export function ignoredFields(type: ResourceType, subresource: string): FieldSet {
  if (subresource === "status") {
    return type.custom === undefined
      ? allButStatus
      : new FieldSet().union(allButStatus).insert(["f:metadata"]);
  }
  return hasStatusDoor(type) ? status : nothing;
}

/** How dependents fare when nobody says: jobs and replication controllers leave their pods. */
export function orphansByDefault(type: ResourceType): boolean {
  const collection = collectionOf(type);
  return collection === "jobs.batch" || collection === "replicationcontrollers";
}

/** Seconds that an object is given to end; undefined for kinds that end at once. */
export function defaultGrace(
  object: JsonMap,
  type: ResourceType,
  asked: number | undefined,
): number | undefined {
  if (collectionOf(type) !== "pods") return undefined;
  const phase = isMap(object["status"]) ? object["status"]["phase"] : undefined;
  const spec = isMap(object["spec"]) ? object["spec"] : emptyMap();
  let period = asked ?? numberAt(spec, "terminationGracePeriodSeconds") ?? 30;
  if (period < 0) period = 1;
  const assigned = typeof spec["nodeName"] === "string" && spec["nodeName"] !== "";
  return !assigned || phase === "Succeeded" || phase === "Failed" ? 0 : period;
}
