import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import { effectiveNamespace, noNamespace } from "../../sdk/scope.ts";

const annotation = "config.kubernetes.io/depends-on";

/** How namespaced items are called in depends-on annotations; nothing where there are none of these. */
export function idsOf(items: readonly Resource[]): Set<string> {
  const ids = new Set<string>();
  if (!items.some(item => item.annotations.has(annotation))) return ids;
  for (const item of items) {
    const namespace = effectiveNamespace(item);
    if (namespace !== noNamespace) ids.add(`${item.group}/namespaces/${namespace}/${item.kind}/${item.name}`);
  }
  return ids;
}

/** Lets annotations that name exactly one item of the package, by its old namespace, name it by its new one. */
export function followDependencies(
  list: ResourceList,
  items: readonly Resource[],
  idsBefore: ReadonlySet<string>,
  config: { namespace: string; matcher: string | undefined },
): void {
  const old = new Set<string>();
  let count = 0;
  for (const item of items) {
    const value = item.annotations.get(annotation);
    if (value === undefined || !idsBefore.has(value)) continue;
    const parts = value.split("/");
    const [group, , namespace = "", ...rest] = parts;
    if (namespace === config.namespace) continue;
    if (config.matcher !== undefined && config.matcher !== namespace) continue;
    old.add(namespace);
    count++;
    item.annotations.set(annotation, [group, "namespaces", config.namespace, ...rest].join("/"));
  }
  const message =
    count === 0
      ? "all `depends-on` annotations are up-to-date. no `namespace` changed"
      : `\`depends-on\` annotation namespace [${[...old].sort().join(" ")}] updated to ${JSON.stringify(config.namespace)}, ${count} value(s) changed`;
  list.results.push({ message, severity: "info" });
}
