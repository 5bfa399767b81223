import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonMap } from "../../core/json.ts";
import { formatReference } from "../../core/resource-id.ts";
import { referencesOf } from "./references.ts";

function object(apiVersion: string, kind: string, fields: JsonMap): JsonMap {
  return { apiVersion, kind, metadata: { name: "it", namespace: "ns" }, ...fields };
}

const pod: JsonMap = {
  serviceAccountName: "account",
  imagePullSecrets: [{ name: "pull" }],
  initContainers: [{ name: "i", envFrom: [{ configMapRef: { name: "init" } }] }],
  containers: [
    {
      name: "c",
      envFrom: [{ secretRef: { name: "all" } }],
      env: [
        { name: "A", valueFrom: { configMapKeyRef: { name: "one", key: "a" } } },
        { name: "B", valueFrom: { secretKeyRef: { name: "other", key: "b" } } },
      ],
    },
  ],
  volumes: [
    { name: "a", configMap: { name: "files" } },
    { name: "b", secret: { secretName: "certs" } },
    { name: "c", persistentVolumeClaim: { claimName: "disk" } },
    { name: "d", projected: { sources: [{ configMap: { name: "part" } }, { secret: { name: "rest" } }] } },
  ],
};

const ofPod = [
  "/namespaces/ns/ConfigMap/files",
  "/namespaces/ns/ConfigMap/init",
  "/namespaces/ns/ConfigMap/one",
  "/namespaces/ns/ConfigMap/part",
  "/namespaces/ns/PersistentVolumeClaim/disk",
  "/namespaces/ns/Secret/all",
  "/namespaces/ns/Secret/certs",
  "/namespaces/ns/Secret/other",
  "/namespaces/ns/Secret/pull",
  "/namespaces/ns/Secret/rest",
  "/namespaces/ns/ServiceAccount/account",
];

const rbac = "rbac.authorization.k8s.io";
const hook = { clientConfig: { service: { name: "hook", namespace: "other" } } };
const account = { kind: "ServiceAccount", name: "account", namespace: "other" };

const cases: readonly (readonly [string, JsonMap, readonly string[]])[] = [
  ["a pod", object("v1", "Pod", { spec: pod }), ofPod],
  ["a deployment", object("apps/v1", "Deployment", { spec: { template: { spec: pod } } }), ofPod],
  [
    "a cron job",
    object("batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template: { spec: pod } } } } }),
    ofPod,
  ],
  [
    "a role binding",
    object(`${rbac}/v1`, "RoleBinding", { roleRef: { kind: "Role", name: "r" }, subjects: [account] }),
    ["/namespaces/other/ServiceAccount/account", `${rbac}/namespaces/ns/Role/r`],
  ],
  [
    "a binding to a cluster role",
    object(`${rbac}/v1`, "ClusterRoleBinding", {
      roleRef: { kind: "ClusterRole", name: "r" },
      subjects: [{ kind: "User", name: "u" }],
    }),
    [`${rbac}/ClusterRole/r`],
  ],
  [
    "a webhook",
    object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", { webhooks: [hook] }),
    ["/namespaces/other/Service/hook"],
  ],
  [
    "an autoscaler",
    object("autoscaling/v2", "HorizontalPodAutoscaler", {
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
    }),
    ["apps/namespaces/ns/Deployment/web"],
  ],
  ["an object that names nothing", object("v1", "ConfigMap", { data: { configMap: "x" } }), []],
];

for (const [what, from, expected] of cases) {
  test(`what ${what} refers to is found`, () => {
    assert.deepEqual(referencesOf(from).map(formatReference).sort(), [...expected].sort());
  });
}
