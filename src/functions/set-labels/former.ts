import type { ResourceList } from "../../core/resource-list.ts";
import { rawData } from "../../sdk/config.ts";
import type { FieldSpec } from "../../sdk/field-spec.ts";
import { additionalFields, fieldsOrFail, refuseDuplicates, transformerFailure } from "../../sdk/kustomize.ts";
import { ensureMap, setChildText } from "../../sdk/nodes.ts";

const template = "spec/template/metadata/labels";
const selector = "spec/selector/matchLabels";
const affinity = ["podAffinity", "podAntiAffinity"].flatMap(kind => [
  `${kind}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm`,
  `${kind}/requiredDuringSchedulingIgnoredDuringExecution`,
]);
const inPods = [...affinity.map(path => `affinity/${path}`), "topologySpreadConstraints"].map(
  path => `spec/template/spec/${path}/labelSelector/matchLabels`,
);

/** Kustomize's places of common labels, which the releases v0.1 went by. */
const defaults: readonly FieldSpec[] = [
  { path: "metadata/labels", create: true },
  { path: "spec/selector", create: true, version: "v1", kind: "Service" },
  { path: "spec/selector", create: true, version: "v1", kind: "ReplicationController" },
  { path: template, create: true, version: "v1", kind: "ReplicationController" },
  ...["Deployment", "ReplicaSet", "DaemonSet"].flatMap(kind => [
    { path: selector, create: true, kind },
    { path: template, create: true, kind },
  ]),
  { path: selector, create: true, group: "apps", kind: "StatefulSet" },
  { path: template, create: true, group: "apps", kind: "StatefulSet" },
  { path: "spec/volumeClaimTemplates[]/metadata/labels", create: true, group: "apps", kind: "StatefulSet" },
  ...["Deployment", "StatefulSet"].flatMap(kind => inPods.map(path => ({ path, group: "apps", kind }))),
  { path: selector, group: "batch", kind: "Job" },
  { path: template, create: true, group: "batch", kind: "Job" },
  { path: `spec/jobTemplate/${selector}`, group: "batch", kind: "CronJob" },
  { path: "spec/jobTemplate/metadata/labels", create: true, group: "batch", kind: "CronJob" },
  { path: `spec/jobTemplate/${template}`, create: true, group: "batch", kind: "CronJob" },
  { path: selector, group: "policy", kind: "PodDisruptionBudget" },
  { path: "spec/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  { path: "spec/ingress/from/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  { path: "spec/egress/to/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
];

/** The releases v0.1: also local config, also affinity, new keys in selectors that are there; no results. */
export function runFormer(list: ResourceList): void {
  const { labels, additional } = readConfig(list);
  refuseDuplicates(list);
  for (const item of list.items) {
    for (const spec of [...additional, ...defaults]) {
      for (const { parent, key } of fieldsOrFail(list, spec, item)) {
        if (!parent.has(key) && !spec.create) continue;
        const map = ensureMap(parent, key);
        if (map !== undefined) for (const [name, value] of labels) setChildText(map, name, value);
      }
    }
  }
}

function readConfig(list: ResourceList): { labels: [string, string][]; additional: FieldSpec[] } {
  const config = list.functionConfig;
  const isConfigMap = config?.apiVersion === "v1" && config.kind === "ConfigMap";
  const isOwn =
    config?.apiVersion === "fn.kpt.dev/v1alpha1" &&
    (config.kind === "SetLabels" || config.kind === "SetLabelConfig");
  if (config === undefined || !(isConfigMap || isOwn)) {
    return transformerFailure(
      list,
      "failed to configure function: `functionConfig` must be either a `ConfigMap` or `SetLabels`",
    );
  }
  const additional = isOwn ? additionalFields(list, config, "labels", "additionalLabelFields") : [];
  const labels = [...rawData(config, isOwn ? "labels" : "data")].sort(([a], [b]) => (a < b ? -1 : 1));
  if (labels.length === 0) {
    return transformerFailure(list, "failed to configure function: input label list cannot be empty");
  }
  return { labels, additional };
}
