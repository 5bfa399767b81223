import type { Resource } from "../core/resource.ts";
import { metadataOf } from "./nodes.ts";

/** The namespace of what has none: cluster-scoped or unknown. */
export const noNamespace = "~C";
export const defaultNamespace = "default";

// The table the catalogue's functions have always gone by (spec: catalog 1.4). Functions must keep to it, since
// a kind that is not in it counts as unknown, however well Kubernetes knows it.
const namespaced = `
v1: ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount PodAttachOptions PodExecOptions PodPortForwardOptions PodProxyOptions ServiceProxyOptions
apps/v1: ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet
batch/v1: CronJob Job
batch/v1beta1: CronJob
autoscaling/v1: HorizontalPodAutoscaler Scale
autoscaling/v2beta1: HorizontalPodAutoscaler
autoscaling/v2beta2: HorizontalPodAutoscaler
networking.k8s.io/v1: Ingress NetworkPolicy
networking.k8s.io/v1beta1: Ingress
extensions/v1beta1: Ingress
policy/v1: PodDisruptionBudget
policy/v1beta1: PodDisruptionBudget
rbac.authorization.k8s.io/v1: Role RoleBinding
rbac.authorization.k8s.io/v1beta1: Role RoleBinding
coordination.k8s.io/v1: Lease
coordination.k8s.io/v1beta1: Lease
discovery.k8s.io/v1: EndpointSlice
discovery.k8s.io/v1beta1: EndpointSlice
events.k8s.io/v1: Event
events.k8s.io/v1beta1: Event
storage.k8s.io/v1beta1: CSIStorageCapacity`;
const cluster = `
v1: ComponentStatus Namespace Node NodeProxyOptions PersistentVolume
networking.k8s.io/v1: IngressClass
networking.k8s.io/v1beta1: IngressClass
policy/v1beta1: PodSecurityPolicy
rbac.authorization.k8s.io/v1: ClusterRole ClusterRoleBinding
rbac.authorization.k8s.io/v1beta1: ClusterRole ClusterRoleBinding
storage.k8s.io/v1: CSIDriver CSINode StorageClass VolumeAttachment
storage.k8s.io/v1beta1: CSIDriver CSINode StorageClass VolumeAttachment
admissionregistration.k8s.io/v1: MutatingWebhookConfiguration ValidatingWebhookConfiguration
admissionregistration.k8s.io/v1beta1: MutatingWebhookConfiguration ValidatingWebhookConfiguration
apiextensions.k8s.io/v1: CustomResourceDefinition
apiextensions.k8s.io/v1beta1: CustomResourceDefinition
apiregistration.k8s.io/v1: APIService
apiregistration.k8s.io/v1beta1: APIService
certificates.k8s.io/v1: CertificateSigningRequest
certificates.k8s.io/v1beta1: CertificateSigningRequest
node.k8s.io/v1: RuntimeClass
node.k8s.io/v1beta1: RuntimeClass
scheduling.k8s.io/v1: PriorityClass
scheduling.k8s.io/v1beta1: PriorityClass
flowcontrol.apiserver.k8s.io/v1beta1: FlowSchema PriorityLevelConfiguration`;

let table: Map<string, boolean> | undefined;

function scopes(): Map<string, boolean> {
  if (table !== undefined) return table;
  table = new Map();
  for (const [text, isNamespaced] of [
    [namespaced, true],
    [cluster, false],
  ] as const) {
    for (const line of text.trim().split("\n")) {
      const [apiVersion = "", kinds = ""] = line.split(": ");
      for (const kind of kinds.split(" ")) table.set(`${apiVersion}/${kind}`, isNamespaced);
    }
  }
  return table;
}

/** By the table; anything else is namespaced if it says that it is in a namespace, even an empty one. */
export function isNamespaced(item: Resource): boolean {
  return scopes().get(`${item.apiVersion}/${item.kind}`) ?? metadataOf(item)?.has("namespace") ?? false;
}

/** The namespace an item lives in. */
export function effectiveNamespace(item: Resource): string {
  if (item.namespace !== undefined) return item.namespace;
  return isNamespaced(item) ? defaultNamespace : noNamespace;
}

export interface Origin {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

const upstreamIdentifier = "internal.kpt.dev/upstream-identifier";

/** Who the item was upstream, if kpt has noted that; else who it is. */
export function originOf(item: Resource): Origin {
  const parts = item.annotations
    .get(upstreamIdentifier)
    ?.split("|")
    .map(part => part.trim());
  if (parts?.length === 4) {
    const [group = "", kind = "", namespace = "", name = ""] = parts;
    return { group, kind, namespace, name };
  }
  const { group, kind, name } = item;
  return { group, kind, namespace: effectiveNamespace(item), name };
}

/** How the SDK names an item in messages. */
export function shortName(item: Resource): string {
  const parts = [`apiVersion=${item.apiVersion}`, `kind=${item.kind}`];
  if (item.namespace !== undefined && item.namespace !== "") parts.push(`namespace=${item.namespace}`);
  parts.push(`name=${item.name}`);
  return `Resource(${parts.join(", ")})`;
}
