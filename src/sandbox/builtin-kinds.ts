import { type ApiResource, type ApiSubresource, apiResources } from "../core/schema/discovery.ts";
import { collectionOf, type ResourceType, type Subresource } from "./resource-names.ts";

// How the strategies of pkg/registry treat their kinds, as far as discovery does not tell.

/** `metadata.generation` is counted. */
const countsGenerations = new Set([
  "pods",
  "podtemplates",
  "replicationcontrollers",
  "daemonsets.apps",
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "cronjobs.batch",
  "jobs.batch",
  "ingressclasses.networking.k8s.io",
  "ingresses.networking.k8s.io",
  "networkpolicies.networking.k8s.io",
  "poddisruptionbudgets.policy",
  "customresourcedefinitions.apiextensions.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "endpointslices.discovery.k8s.io",
  "deviceclasses.resource.k8s.io",
  "resourceslices.resource.k8s.io",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
]);

/** An update must name the resourceVersion that it builds on. */
const needsResourceVersion = new Set([
  "poddisruptionbudgets.policy",
  "csidrivers.storage.k8s.io",
  "csinodes.storage.k8s.io",
  "csistoragecapacities.storage.k8s.io",
  "volumeattachments.storage.k8s.io",
  "customresourcedefinitions.apiextensions.k8s.io",
  "leases.coordination.k8s.io",
  "runtimeclasses.node.k8s.io",
]);

/** A deletion is answered with the object that is gone. */
const answersDeletedObject = new Set([
  "namespaces",
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourcequotas",
  "serviceaccounts",
  "services",
]);

const ownGroups = {
  generations: ["admissionregistration.k8s.io"],
  objects: ["storage.k8s.io", "resource.k8s.io"],
};

/** Doors into running containers, which a sandbox does not have. */
const notServed = ["attach", "exec", "portforward", "proxy"];

/** Every kind that is served before any custom resource definition is there, in the order of discovery. */
export function builtinTypes(): ResourceType[] {
  return apiResources().map(builtinType);
}

function builtinType(resource: ApiResource): ResourceType {
  const { group, version, kind, name, singularName } = resource;
  const collection = collectionOf({ group, plural: name });
  const isRegistration = ownGroups.generations.includes(group);
  return {
    group,
    version,
    groupVersion: group === "" ? version : `${group}/${version}`,
    plural: name,
    kind,
    singular: singularName,
    listKind: `${kind}List`,
    namespaced: resource.namespaced,
    shortNames: resource.shortNames,
    categories: resource.categories,
    verbs: resource.verbs,
    subresources: resource.subresources
      .filter(sub => !notServed.includes(sub.name))
      .map(sub => doorOf(sub, resource)),
    storageVersion: group === "autoscaling" ? "v2" : version,
    countsGenerations: isRegistration || countsGenerations.has(collection),
    needsResourceVersion: isRegistration || needsResourceVersion.has(collection),
    answersDeletedObject:
      (ownGroups.objects.includes(group) && name !== "csistoragecapacities") ||
      answersDeletedObject.has(collection),
    custom: undefined,
  };
}

function doorOf({ name, verbs, responseKind }: ApiSubresource, resource: ApiResource): Subresource {
  const { group, version, kind } = responseKind;
  if (group === resource.group && kind === resource.kind) return { name, verbs };
  return group === resource.group ? { name, verbs, kind } : { name, verbs, kind, group, version };
}
