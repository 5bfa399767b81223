import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import type { MapNode } from "../../core/yaml/node.ts";
import { rawData } from "../../sdk/config.ts";
import { failWith } from "../../sdk/failure.ts";
import { isLocalConfig } from "../../sdk/match.ts";
import { childMap, childMaps, childText, setChildText } from "../../sdk/nodes.ts";
import { isNamespaced } from "../../sdk/scope.ts";

/**
 * The releases from v0.3 to v0.4.1: no matcher, every namespace becomes the new one, subjects of all role bindings
 * included; dependencies follow whatever namespace they name.
 */
export function runFormer(list: ResourceList): void {
  const namespace = readConfig(list);
  const items = list.items.filter(item => !isLocalConfig(item));
  const old = new Set<string>();
  let count = 0;
  for (const item of items) {
    for (const { map, key } of namespacesOf(item)) {
      const current = childText(map, key) ?? "";
      if (current === namespace) continue;
      old.add(current);
      count++;
      setChildText(map, key, namespace);
    }
  }
  followDependencies(items, namespace, old);
  const message =
    count === 0
      ? `all namespaces are already ${JSON.stringify(namespace)}. no value changed`
      : `namespace ${[...old]
          .sort()
          .map(each => `"${each}"`)
          .join(",")} updated to ${JSON.stringify(namespace)}, ${count} value(s) changed`;
  list.results.push({ message, severity: "info" });
}

function readConfig(list: ResourceList): string {
  const config = list.functionConfig;
  if (config === undefined || config.node.size === 0) {
    return failWith(list, "FunctionConfig is missing. Expect `ConfigMap` or `SetNamespace`");
  }
  if (config.kind === "ConfigMap") {
    const data = rawData(config);
    const isContext = config.name === "kptfile.kpt.dev";
    const namespace = data.get("namespace") || (isContext ? data.get("name") : undefined);
    return namespace || failWith(list, `\`data.${isContext ? "name" : "namespace"}\` should not be empty`);
  }
  if (config.group === "fn.kpt.dev" && /^SetNamespace(?:Config)?$/.test(config.kind)) {
    return childText(config.node, "namespace") || failWith(list, "`namespace` should not be empty");
  }
  return failWith(
    list,
    `unknown functionConfig Kind=${config.kind} ApiVersion=${config.apiVersion}, expect \`SetNamespace\` or \`ConfigMap\``,
  );
}

interface Field {
  map: MapNode;
  key: string;
}

function namespacesOf(item: Resource): Field[] {
  const fields: Field[] = [];
  const metadata = childMap(item.node, "metadata");
  const spec = childMap(item.node, "spec");
  const add = (map: MapNode | undefined, key = "namespace"): void => {
    if (map !== undefined) fields.push({ map, key });
  };
  if (item.apiVersion === "v1" && item.kind === "Namespace") add(metadata, "name");
  // These two only where they name a service: the releases wrote one into every definition.
  else if (item.kind === "CustomResourceDefinition") {
    const service = childMap(spec, "conversion", "webhook", "clientConfig", "service");
    if (childText(service, "name")) add(service);
  } else if (item.kind === "APIService") {
    const service = childMap(spec, "service");
    if (childText(service, "name")) add(service);
  } else if (item.kind === "ClusterRoleBinding" || item.kind === "RoleBinding") {
    for (const subject of childMaps(item.node, "subjects")) if (subject.has("namespace")) add(subject);
  }
  if (isNamespaced(item)) add(metadata);
  return fields;
}

const annotation = "config.kubernetes.io/depends-on";

function followDependencies(items: readonly Resource[], namespace: string, old: ReadonlySet<string>): void {
  const known = new Set(items.map(item => `${item.group}/${item.kind}/${item.name}`));
  for (const item of items) {
    const value = item.annotations.get(annotation);
    const parts = /^([-.\w]*)\/namespaces\/([-.\w]*)\/([-.\w]*)\/([-.\w]*)$/.exec(value ?? "");
    if (parts === null) continue;
    const [, group, from = "", kind, name] = parts;
    if (!old.has(from) || !known.has(`${group}/${kind}/${name}`)) continue;
    item.annotations.set(annotation, `${group}/namespaces/${namespace}/${kind}/${name}`);
  }
}
