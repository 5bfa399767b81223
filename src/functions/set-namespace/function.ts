import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import type { MapNode } from "../../core/yaml/node.ts";
import { rawData } from "../../sdk/config.ts";
import { failOnConfig } from "../../sdk/failure.ts";
import { isKind, isLocalConfig } from "../../sdk/match.ts";
import { childMap, childMaps, childText, setChildText } from "../../sdk/nodes.ts";
import { defaultNamespace, isNamespaced, noNamespace, originOf, shortName } from "../../sdk/scope.ts";
import { type CatalogFunction, type FunctionCall, isBefore } from "../catalog-function.ts";
import { followDependencies, idsOf } from "./depends-on.ts";
import { runFirst } from "./first.ts";
import { runFormer } from "./former.ts";

export const fn: CatalogFunction = { name: "set-namespace", run };

interface Config {
  namespace: string;
  matcher: string | undefined;
}

const expected = "expect `ConfigMap.v1` or `SetNamespace.v1alpha1.fn.kpt.dev`";

function readConfig(list: ResourceList): Config {
  const config = list.functionConfig;
  if (config === undefined || config.node.size === 0) {
    return failOnConfig(list, undefined, `FunctionConfig is missing. E${expected.slice(1)}`);
  }
  if (isKind(config, "", "v1", "ConfigMap")) {
    const data = rawData(config);
    // The package's context names the namespace by the package.
    const context = config.name === "kptfile.kpt.dev" ? data.get("name") : undefined;
    const namespace = data.get("namespace") || context;
    if (!namespace) return failOnConfig(list, config, "`data.namespace` should not be empty");
    return { namespace, matcher: data.get("namespaceMatcher") || undefined };
  }
  if (isKind(config, "fn.kpt.dev", "v1alpha1", "SetNamespace")) {
    const namespace = childText(config.node, "namespace");
    if (!namespace) return failOnConfig(list, config, "`namespace` should not be empty");
    return { namespace, matcher: childText(config.node, "namespaceMatcher") || undefined };
  }
  return failOnConfig(
    list,
    config,
    `unknown functionConfig Kind=${config.kind} ApiVersion=${config.apiVersion}, ${expected}`,
  );
}

function run(list: ResourceList, { tag }: FunctionCall): void {
  if (isBefore(tag, 0, 3, 0)) {
    runFirst(list);
    return;
  }
  if (isBefore(tag, 0, 4, 2)) {
    runFormer(list);
    return;
  }
  const config = readConfig(list);
  const items = list.items.filter(item => !isLocalConfig(item));
  const idsBefore = idsOf(items);
  const change = new Change(list, config);
  const namespaced = items.filter(isNamespaced);
  const kept = new Set(namespaced);
  for (const item of items) {
    if (!kept.has(item)) change.inClusterScoped(item);
  }
  for (const item of namespaced) change.inNamespaced(item);
  change.report();
  followDependencies(list, items, idsBefore, config);
}

class Change {
  readonly #list: ResourceList;
  readonly #config: Config;
  readonly #old = new Set<string>();
  #count = 0;

  constructor(list: ResourceList, config: Config) {
    this.#list = list;
    this.#config = config;
  }

  /** Cluster-scoped objects that speak of namespaces inside. */
  inClusterScoped(item: Resource): void {
    const spec = childMap(item.node, "spec");
    if (isKind(item, "", "v1", "Namespace")) {
      const metadata = childMap(item.node, "metadata");
      if (metadata !== undefined) this.#visit(metadata, "name", originOf(item).name, item);
    } else if (isKind(item, "apiextensions.k8s.io", "v1", "CustomResourceDefinition")) {
      const conversion = childMap(spec, "conversion");
      const service = childMap(conversion, "webhook", "clientConfig", "service");
      if (service !== undefined && childText(conversion, "strategy") === "Webhook")
        this.#visitService(service);
    } else if (isKind(item, "apiregistration.k8s.io", "v1", "APIService")) {
      const service = childMap(spec, "service");
      if (service !== undefined) this.#visitService(service);
    } else if (item.kind === "ClusterRoleBinding" || item.kind === "RoleBinding") {
      for (const subject of childMaps(item.node, "subjects")) {
        if (subject.has("namespace")) this.#visit(subject, "namespace", "");
      }
    }
  }

  inNamespaced(item: Resource): void {
    const metadata = childMap(item.node, "metadata");
    if (metadata !== undefined) this.#visit(metadata, "namespace", originOf(item).namespace, item);
  }

  report(): void {
    const { namespace } = this.#config;
    const message =
      this.#count === 0
        ? `all matching namespaces are already ${JSON.stringify(namespace)}. no value changed`
        : `namespace [${[...this.#old].sort().join(" ")}] updated to ${JSON.stringify(namespace)}, ${this.#count} value(s) changed`;
    this.#list.results.push({ message, severity: "info" });
  }

  /** Only a service that is named can be in a namespace. */
  #visitService(service: MapNode): void {
    if (childText(service, "name")) this.#visit(service, "namespace", "");
  }

  #visit(map: MapNode, key: string, origin: string, item?: Resource): void {
    if (origin === noNamespace) return;
    const { namespace, matcher } = this.#config;
    const current = childText(map, key) || defaultNamespace;
    const id = item === undefined ? "" : shortName(item);
    let wanted = current;
    if (current !== namespace) {
      if (matcher !== undefined && matcher === origin) {
        const message = `[${id}] has matching origin ${origin}`;
        this.#list.results.push({ message, severity: "info" });
      }
      if (matcher === undefined || matcher === current || matcher === origin) {
        this.#old.add(current);
        this.#count++;
        wanted = namespace;
      }
    }
    // A value that was looked at is always there afterwards, as with the published function.
    if (childText(map, key) !== wanted) setChildText(map, key, wanted);
  }
}
