import type { JsonMap } from "../../core/json.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";

// In Go an empty object of a built-in kind has its structs already; only what a writer adds to them is the writer's.

const template = { metadata: {}, spec: { containers: null } };
const jobSpec = { template };

const skeletons: Record<string, JsonMap> = {
  pods: { spec: { containers: null } },
  replicationcontrollers: { spec: {} },
  "deployments.apps": { spec: { selector: null, strategy: {}, template } },
  "replicasets.apps": { spec: { selector: null, template } },
  "statefulsets.apps": { spec: { selector: null, serviceName: "", template, updateStrategy: {} } },
  "daemonsets.apps": { spec: { selector: null, template, updateStrategy: {} } },
  "jobs.batch": { spec: jobSpec },
  "cronjobs.batch": { spec: { schedule: "", jobTemplate: { metadata: {}, spec: jobSpec } } },
  services: { spec: {} },
  namespaces: { spec: {} },
  nodes: { spec: {} },
  persistentvolumeclaims: { spec: { resources: {} } },
  persistentvolumes: { spec: {} },
  resourcequotas: { spec: {} },
  limitranges: { spec: { limits: null } },
  "ingresses.networking.k8s.io": { spec: {} },
  "networkpolicies.networking.k8s.io": { spec: { podSelector: {} } },
  "poddisruptionbudgets.policy": { spec: {} },
  "horizontalpodautoscalers.autoscaling": {
    spec: { scaleTargetRef: { kind: "", name: "" }, maxReplicas: 0 },
  },
  "roles.rbac.authorization.k8s.io": { rules: null },
  "clusterroles.rbac.authorization.k8s.io": { rules: null },
  "rolebindings.rbac.authorization.k8s.io": { roleRef: { apiGroup: "", kind: "", name: "" } },
  "clusterrolebindings.rbac.authorization.k8s.io": { roleRef: { apiGroup: "", kind: "", name: "" } },
  "customresourcedefinitions.apiextensions.k8s.io": {
    spec: { group: "", names: { kind: "", plural: "" }, scope: "", versions: null },
  },
};

/** What an object of a kind looks like before anybody has written it. */
export function skeletonOf(type: ResourceType): JsonMap | undefined {
  return type.custom === undefined ? skeletons[collectionOf(type)] : undefined;
}
