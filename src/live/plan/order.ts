import { compareBytes } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";

// What others need comes first (spec 4.1); kinds that aren't listed stand between the two lists.
const first = [
  "/Namespace",
  "/ResourceQuota",
  "storage.k8s.io/StorageClass",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "/ServiceAccount",
  "extensions/PodSecurityPolicy",
  "policy/PodSecurityPolicy",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/RoleBinding",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "/ConfigMap",
  "/Secret",
  "/Service",
  "/LimitRange",
  "scheduling.k8s.io/PriorityClass",
  "extensions/Deployment",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/CronJob",
  "policy/PodDisruptionBudget",
];
const last = ["admissionregistration.k8s.io/ValidatingWebhookConfiguration"];

const rank: ReadonlyMap<string, number> = new Map([
  ...first.map((kind, index) => [kind, index] as const),
  ...last.map((kind, index) => [kind, first.length + 1 + index] as const),
]);

function rankOf(id: ResourceId): number {
  return rank.get(`${id.group}/${id.kind}`) ?? first.length;
}

/** The order in which objects of one wave are applied; deletion goes the other way round. */
export function compareForApply(a: ResourceId, b: ResourceId): number {
  return rankOf(a) - rankOf(b) || compareIds(a, b);
}

export function compareIds(a: ResourceId, b: ResourceId): number {
  return (
    compareBytes(a.group, b.group) ||
    compareBytes(a.kind, b.kind) ||
    compareBytes(a.namespace, b.namespace) ||
    compareBytes(a.name, b.name)
  );
}
