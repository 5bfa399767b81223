import type { Resource } from "../../core/resource.ts";
import { FunctionError, type ResourceList } from "../../core/resource-list.ts";
import { rawData } from "../../sdk/config.ts";
import {
  type Field,
  type FieldSpec,
  FieldSpecError,
  fieldsAt,
  readFieldSpecs,
} from "../../sdk/field-spec.ts";
import { consideringField, undecodable } from "../../sdk/go-decoding.ts";
import { ensureMap, setChildText } from "../../sdk/nodes.ts";
import { duplicateId } from "../../sdk/unique-ids.ts";

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
  const duplicate = duplicateId(list.items);
  if (duplicate !== undefined) {
    fail(list, `failed to run function: may not add resource with an already registered id: ${duplicate}`);
  }
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

function fieldsOrFail(list: ResourceList, spec: FieldSpec, item: Resource): Field[] {
  try {
    return fieldsAt(spec, item);
  } catch (thrown) {
    if (!(thrown instanceof FieldSpecError)) throw thrown;
    return fail(
      list,
      `failed to run function: failed to run transformer: ${consideringField(spec, item, thrown)}`,
    );
  }
}

function readConfig(list: ResourceList): { labels: [string, string][]; additional: FieldSpec[] } {
  const config = list.functionConfig;
  const isConfigMap = config?.apiVersion === "v1" && config.kind === "ConfigMap";
  const isOwn =
    config?.apiVersion === "fn.kpt.dev/v1alpha1" &&
    (config.kind === "SetLabels" || config.kind === "SetLabelConfig");
  if (config === undefined || !(isConfigMap || isOwn)) {
    return fail(
      list,
      "failed to configure function: `functionConfig` must be either a `ConfigMap` or `SetLabels`",
    );
  }
  const wrong = isOwn ? undecodable(config, "labels", ["additionalLabelFields", "fieldSpecs"]) : undefined;
  if (wrong !== undefined) return fail(list, `failed to configure function: ${wrong}`);
  const labels = [...rawData(config, isOwn ? "labels" : "data")].sort(([a], [b]) => (a < b ? -1 : 1));
  if (labels.length === 0) {
    return fail(list, "failed to configure function: input label list cannot be empty");
  }
  const fields = isOwn
    ? (readFieldSpecs(config.node, "additionalLabelFields") ?? readFieldSpecs(config.node, "fieldSpecs"))
    : undefined;
  return { labels, additional: fields ?? [] };
}

function fail(list: ResourceList, message: string): never {
  list.results.push({ message, severity: "error" });
  throw new FunctionError(message, `[error] : ${message}`);
}
