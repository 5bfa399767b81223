import type { FieldSpec } from "../../sdk/field-spec.ts";

/** Which fields name objects of a kind (kustomize's name references; spec: catalog 5.16). */
export interface ReferenceTable {
  group?: string;
  version?: string;
  kind: string;
  fields: readonly FieldSpec[];
}

const templated = ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"];

/** A path of a pod's spec in everything that holds one. */
function inPods(...paths: string[]): FieldSpec[] {
  return paths.flatMap(path => [
    { kind: "Pod", path: `spec/${path}` },
    { kind: "PodTemplate", path: `template/spec/${path}` },
    ...templated.map(kind => ({ kind, path: `spec/template/spec/${path}` })),
    { kind: "CronJob", path: `spec/jobTemplate/spec/template/spec/${path}` },
  ]);
}

function inContainers(...paths: string[]): FieldSpec[] {
  return paths.flatMap(path => inPods(`containers/${path}`, `initContainers/${path}`));
}

function inKinds(kinds: readonly string[], ...paths: string[]): FieldSpec[] {
  return kinds.flatMap(kind => paths.map(path => ({ kind, path })));
}

const scaled = inKinds(["HorizontalPodAutoscaler"], "spec/scaleTargetRef/name");
const replicationController = (path: string): FieldSpec => ({
  kind: "ReplicationController",
  path: `spec/template/spec/${path}`,
});
const annotation = (name: string): string => `metadata/annotations/${name.replace("/", "\\/")}`;

export const references: readonly ReferenceTable[] = [
  { kind: "Deployment", fields: scaled },
  { kind: "ReplicationController", fields: scaled },
  { kind: "ReplicaSet", fields: scaled },
  { kind: "StatefulSet", fields: scaled },
  {
    kind: "ConfigMap",
    version: "v1",
    fields: [
      ...inPods("volumes/configMap/name", "volumes/projected/sources/configMap/name"),
      ...inContainers("env/valueFrom/configMapKeyRef/name", "envFrom/configMapRef/name"),
      ...inKinds(["Node"], "spec/configSource/configMap"),
      ...inKinds(["Role", "ClusterRole"], "rules/resourceNames"),
      ...inKinds(["Ingress"], annotation("nginx.ingress.kubernetes.io/fastcgi-params-configmap")),
    ],
  },
  {
    kind: "Secret",
    version: "v1",
    fields: [
      ...inPods(
        "volumes/secret/secretName",
        "volumes/projected/sources/secret/name",
        "imagePullSecrets/name",
      ),
      ...inContainers("env/valueFrom/secretKeyRef/name", "envFrom/secretRef/name"),
      ...inKinds(["ServiceAccount"], "imagePullSecrets/name"),
      ...inKinds(
        ["Ingress"],
        "spec/tls/secretName",
        annotation("ingress.kubernetes.io/auth-secret"),
        annotation("nginx.ingress.kubernetes.io/auth-secret"),
        annotation("nginx.ingress.kubernetes.io/auth-tls-secret"),
      ),
      ...inKinds(
        ["StorageClass"],
        "parameters/secretName",
        "parameters/adminSecretName",
        "parameters/userSecretName",
        "parameters/secretRef",
      ),
      ...inKinds(["Role", "ClusterRole"], "rules/resourceNames"),
      {
        group: "serving.knative.dev",
        version: "v1",
        kind: "Service",
        path: "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
      },
      ...inKinds(["PersistentVolume"], "spec/azureFile/secretName"),
    ],
  },
  {
    kind: "Service",
    version: "v1",
    fields: [
      { group: "apps", kind: "StatefulSet", path: "spec/serviceName" },
      ...inKinds(
        ["Ingress"],
        "spec/rules/http/paths/backend/serviceName",
        "spec/rules/http/paths/backend/service/name",
        "spec/backend/serviceName",
        "spec/defaultBackend/service/name",
      ),
      ...inKinds(["APIService"], "spec/service/name"),
      ...inKinds(
        ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
        "webhooks/clientConfig/service",
      ),
    ],
  },
  { group: "rbac.authorization.k8s.io", kind: "Role", fields: inKinds(["RoleBinding"], "roleRef/name") },
  {
    group: "rbac.authorization.k8s.io",
    kind: "ClusterRole",
    fields: inKinds(["RoleBinding", "ClusterRoleBinding"], "roleRef/name"),
  },
  {
    kind: "ServiceAccount",
    version: "v1",
    fields: [
      ...inKinds(["RoleBinding", "ClusterRoleBinding"], "subjects"),
      ...inPods("serviceAccountName"),
      replicationController("serviceAccountName"),
    ],
  },
  {
    kind: "PersistentVolumeClaim",
    version: "v1",
    fields: [
      ...inPods("volumes/persistentVolumeClaim/claimName"),
      replicationController("volumes/persistentVolumeClaim/claimName"),
    ],
  },
  {
    kind: "PersistentVolume",
    version: "v1",
    fields: [
      ...inKinds(["PersistentVolumeClaim"], "spec/volumeName"),
      ...inKinds(["ClusterRole"], "rules/resourceNames"),
    ],
  },
  {
    group: "storage.k8s.io",
    version: "v1",
    kind: "StorageClass",
    fields: [
      ...inKinds(["PersistentVolume", "PersistentVolumeClaim"], "spec/storageClassName"),
      ...inKinds(["StatefulSet"], "spec/volumeClaimTemplates/spec/storageClassName"),
    ],
  },
  {
    group: "scheduling.k8s.io",
    version: "v1",
    kind: "PriorityClass",
    fields: [...inPods("priorityClassName"), replicationController("priorityClassName")],
  },
  {
    group: "admissionregistration.k8s.io",
    kind: "ValidatingAdmissionPolicy",
    fields: inKinds(["ValidatingAdmissionPolicyBinding"], "spec/policyName"),
  },
];
