import type { ResourceType, Subresource } from "./resource-types.ts";

// Facts of `kubectl api-resources` on Kubernetes 1.34 and later, one row for each kind that a server serves by default:
// plural, kind, N(amespaced) or C(luster), then optional words:
//   @short,names  #category  +status  +scale (subresources)  gen (metadata.generation is counted)
//   rv (updates must name a resourceVersion)  obj (a deletion is answered with the object)  ro, make (fewer verbs)
const table: Record<string, string> = {
  v1: `
bindings Binding N make
componentstatuses ComponentStatus C @cs ro
configmaps ConfigMap N @cm
endpoints Endpoints N @ep
events Event N @ev
limitranges LimitRange N @limits
namespaces Namespace C @ns +status +finalize obj
nodes Node C @no +status
persistentvolumeclaims PersistentVolumeClaim N @pvc +status obj
persistentvolumes PersistentVolume C @pv +status obj
pods Pod N @po #all +status +log +binding +eviction +ephemeralcontainers +resize gen obj
podtemplates PodTemplate N gen obj
replicationcontrollers ReplicationController N @rc #all +scale +status gen
resourcequotas ResourceQuota N @quota +status obj
secrets Secret N
serviceaccounts ServiceAccount N @sa +token obj
services Service N @svc #all +status obj`,
  "apiregistration.k8s.io/v1": `
apiservices APIService C #api-extensions +status`,
  "apps/v1": `
controllerrevisions ControllerRevision N
daemonsets DaemonSet N @ds #all +status gen
deployments Deployment N @deploy #all +scale +status gen
replicasets ReplicaSet N @rs #all +scale +status gen
statefulsets StatefulSet N @sts #all +scale +status gen`,
  "events.k8s.io/v1": `
events Event N @ev`,
  "authentication.k8s.io/v1": `
selfsubjectreviews SelfSubjectReview C make
tokenreviews TokenReview C make`,
  "authorization.k8s.io/v1": `
localsubjectaccessreviews LocalSubjectAccessReview N make
selfsubjectaccessreviews SelfSubjectAccessReview C make
selfsubjectrulesreviews SelfSubjectRulesReview C make
subjectaccessreviews SubjectAccessReview C make`,
  "autoscaling/v2": `
horizontalpodautoscalers HorizontalPodAutoscaler N @hpa #all +status`,
  "autoscaling/v1": `
horizontalpodautoscalers HorizontalPodAutoscaler N @hpa #all +status`,
  "batch/v1": `
cronjobs CronJob N @cj #all +status gen
jobs Job N #all +status gen`,
  "certificates.k8s.io/v1": `
certificatesigningrequests CertificateSigningRequest C @csr +approval +status`,
  "networking.k8s.io/v1": `
ingressclasses IngressClass C gen
ingresses Ingress N @ing +status gen
ipaddresses IPAddress C @ip
networkpolicies NetworkPolicy N @netpol gen
servicecidrs ServiceCIDR C +status`,
  "policy/v1": `
poddisruptionbudgets PodDisruptionBudget N @pdb +status gen rv`,
  "rbac.authorization.k8s.io/v1": `
clusterrolebindings ClusterRoleBinding C
clusterroles ClusterRole C
rolebindings RoleBinding N
roles Role N`,
  "storage.k8s.io/v1": `
csidrivers CSIDriver C rv obj
csinodes CSINode C rv obj
csistoragecapacities CSIStorageCapacity N rv
storageclasses StorageClass C @sc obj
volumeattachments VolumeAttachment C +status rv obj
volumeattributesclasses VolumeAttributesClass C @vac obj`,
  "admissionregistration.k8s.io/v1": `
mutatingadmissionpolicies MutatingAdmissionPolicy C #api-extensions gen rv
mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding C #api-extensions gen rv
mutatingwebhookconfigurations MutatingWebhookConfiguration C #api-extensions gen rv
validatingadmissionpolicies ValidatingAdmissionPolicy C #api-extensions +status gen rv
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding C #api-extensions gen rv
validatingwebhookconfigurations ValidatingWebhookConfiguration C #api-extensions gen rv`,
  "apiextensions.k8s.io/v1": `
customresourcedefinitions CustomResourceDefinition C @crd,crds #api-extensions +status gen rv`,
  "scheduling.k8s.io/v1": `
priorityclasses PriorityClass C @pc gen`,
  "coordination.k8s.io/v1": `
leases Lease N rv`,
  "node.k8s.io/v1": `
runtimeclasses RuntimeClass C rv`,
  "discovery.k8s.io/v1": `
endpointslices EndpointSlice N gen`,
  "resource.k8s.io/v1": `
deviceclasses DeviceClass C gen obj
resourceclaims ResourceClaim N +status obj
resourceclaimtemplates ResourceClaimTemplate N obj
resourceslices ResourceSlice C gen obj`,
  "flowcontrol.apiserver.k8s.io/v1": `
flowschemas FlowSchema C +status gen
prioritylevelconfigurations PriorityLevelConfiguration C +status gen`,
};

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const readAndWrite = ["get", "patch", "update"];

const subresourceKinds: Record<string, Subresource> = {
  scale: { name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: readAndWrite },
  eviction: { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
  binding: { name: "binding", kind: "Binding", verbs: ["create"] },
  log: { name: "log", verbs: ["get"] },
  finalize: { name: "finalize", verbs: ["update"] },
  token: {
    name: "token",
    kind: "TokenRequest",
    group: "authentication.k8s.io",
    version: "v1",
    verbs: ["create"],
  },
};

/** Every kind that is served before any custom resource definition is there, in the order of discovery. */
export function builtinTypes(): ResourceType[] {
  return Object.entries(table).flatMap(([groupVersion, rows]) =>
    rows
      .trim()
      .split("\n")
      .map(row => parseRow(groupVersion, row)),
  );
}

function parseRow(groupVersion: string, row: string): ResourceType {
  const [plural = "", kind = "", scope, ...words] = row.split(" ");
  const slash = groupVersion.indexOf("/");
  const group = slash < 0 ? "" : groupVersion.slice(0, slash);
  const version = groupVersion.slice(slash + 1);
  const has = (word: string): boolean => words.includes(word);
  const listed = (mark: string): string[] =>
    words.filter(word => word.startsWith(mark)).flatMap(word => word.slice(1).split(","));
  return {
    group,
    version,
    groupVersion,
    plural,
    kind,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    namespaced: scope === "N",
    shortNames: listed("@"),
    categories: listed("#"),
    verbs: has("make") ? ["create"] : has("ro") ? ["get", "list"] : verbsOf(plural),
    subresources: listed("+").map(name => subresourceKinds[name] ?? { name, verbs: readAndWrite }),
    storageVersion: group === "autoscaling" ? "v2" : version,
    countsGenerations: has("gen"),
    needsResourceVersion: has("rv"),
    answersDeletedObject: has("obj"),
    custom: undefined,
  };
}

// A namespace goes through its own finalizer, so that they cannot be deleted by the dozen.
function verbsOf(plural: string): string[] {
  return plural === "namespaces" ? allVerbs.filter(verb => verb !== "deletecollection") : allVerbs;
}
