import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import { scopeOf } from "../../core/schema/scope.ts";
import { rawData } from "../../sdk/config.ts";
import type { FieldSpec } from "../../sdk/field-spec.ts";
import { additionalFields, fieldsOrFail, refuseDuplicates, transformerFailure } from "../../sdk/kustomize.ts";
import { childMaps, childText, setChildText } from "../../sdk/nodes.ts";

/** Kustomize's places of a namespace beside the object's own; nothing is written where no service is named. */
const defaults: readonly FieldSpec[] = [
  { path: "metadata/name", kind: "Namespace", create: true },
  { path: "spec/service/namespace", group: "apiregistration.k8s.io", kind: "APIService" },
  {
    path: "spec/conversion/webhook/clientConfig/service/namespace",
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
  },
];

/**
 * The releases v0.1 and v0.2, around kustomize's transformer: every item that is not cluster-scoped, local config and
 * Kptfiles too, and the service accounts of role bindings that are `default` or among the items; no results.
 */
export function runFirst(list: ResourceList): void {
  const { namespace, additional } = readConfig(list);
  refuseDuplicates(list);
  const accounts = new Set(list.items.filter(({ kind }) => kind === "ServiceAccount").map(each => each.name));
  for (const item of list.items) {
    if (scopeOf(item.apiVersion, item.kind) !== "cluster") {
      set(list, { path: "metadata/namespace", create: true }, item, namespace);
    }
    if (item.kind === "RoleBinding" || item.kind === "ClusterRoleBinding") {
      for (const subject of childMaps(item.node, "subjects")) {
        const name = childText(subject, "name") ?? "";
        const isKnown = childText(subject, "kind") === "ServiceAccount" && accounts.has(name);
        if (name === "default" || isKnown) setChildText(subject, "namespace", namespace);
      }
    }
    for (const spec of [...additional, ...defaults]) set(list, spec, item, namespace);
  }
}

function set(list: ResourceList, spec: FieldSpec, item: Resource, namespace: string): void {
  for (const { parent, key } of fieldsOrFail(list, spec, item)) {
    if (parent.has(key) || spec.create) setChildText(parent, key, namespace);
  }
}

function readConfig(list: ResourceList): { namespace: string; additional: FieldSpec[] } {
  const config = list.functionConfig;
  const isConfigMap = config?.apiVersion === "v1" && config.kind === "ConfigMap";
  const isOwn = config?.apiVersion === "fn.kpt.dev/v1alpha1" && /^SetNamespace(?:Config)?$/.test(config.kind);
  if (config === undefined || !(isConfigMap || isOwn)) {
    return transformerFailure(
      list,
      "failed to configure function: `functionConfig` must be a `ConfigMap` or `SetNamespace`",
    );
  }
  const additional = isOwn ? additionalFields(list, config, "", "additionalNamespaceFields") : [];
  const namespace = isOwn ? childText(config.node, "namespace") : rawData(config).get("namespace");
  if (!namespace) transformerFailure(list, "failed to configure function: input namespace cannot be empty");
  return { namespace, additional };
}
