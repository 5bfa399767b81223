import { Resource } from "../../core/resource.ts";
import {
  addResults,
  FunctionError,
  fileOf,
  type ResourceList,
  type Result,
  refOf,
  resultText,
} from "../../core/resource-list.ts";
import { ScalarNode } from "../../core/yaml/node.ts";
import { newMap, newScalar } from "../../core/yaml/print.ts";
import { childMap, childSeq, childText, follow } from "../../sdk/nodes.ts";
import type { CatalogFunction } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "enable-gcp-services", run };

const setGroup = "blueprints.cloud.google.com";
const setKind = "ProjectServiceSet";
const owner = "blueprints.cloud.google.com/ownerReference";
const localConfig = "config.kubernetes.io/local-config";

function run(list: ResourceList): void {
  const sets = list.items.filter(item => item.apiVersion === `${setGroup}/v1alpha1` && item.kind === setKind);
  const results: Result[] = [];
  const generated: Resource[] = [];
  for (const set of sets) {
    // One that is marked already keeps its spelling.
    if (set.annotations.get(localConfig) !== "true") annotate(set, localConfig, "true");
    const services = servicesOf(set);
    if (services.length === 0) fail(list, "at least one service must be specified under `spec.services[]`");
    const pruned = prune(list, set);
    for (const service of services) {
      if (service.split(".").length < 3) fail(list, `invalid service specified: ${service}`);
      const item = generate(list, set, service);
      generated.push(item);
      const former = pruned.get(keyOf(item));
      if (former !== undefined) pruned.delete(keyOf(item));
      results.push(resultFor(list, item, former === undefined ? "generated service" : "recreated service"));
    }
    for (const result of pruned.values()) results.push(result);
  }
  for (const item of generated) list.items.push(item);
  addResults(
    list,
    results.sort(
      (a, b) => compare(a.file?.path ?? "", b.file?.path ?? "") || compare(resultText(a), resultText(b)),
    ),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function servicesOf(set: Resource): string[] {
  const items = childSeq(childMap(set.node, "spec"), "services")?.items ?? [];
  return items.map(item => {
    const node = follow(item);
    return node instanceof ScalarNode ? node.text : "";
  });
}

function keyOf(item: Resource): string {
  return `${item.apiVersion}/${item.kind}/${item.namespace ?? ""}/${item.name}`;
}

function ownerOf(set: Resource): string {
  return `${setGroup}/${setKind}/${set.name}`;
}

/** Takes what an earlier run made for a set out of the list. */
function prune(list: ResourceList, set: Resource): Map<string, Result> {
  const pruned = new Map<string, Result>();
  list.items = list.items.filter(item => {
    if (item.annotations.get(owner) !== ownerOf(set)) return true;
    pruned.set(keyOf(item), resultFor(list, item, "pruned service"));
    return false;
  });
  return pruned;
}

function resultFor(list: ResourceList, item: Resource, message: string): Result {
  const path = fileOf(list, item)?.path;
  return {
    message,
    severity: "info",
    resourceRef: refOf(item),
    ...(path === undefined ? {} : { file: { path } }),
  };
}

function generate(list: ResourceList, set: Resource, service: string): Resource {
  const name = `${set.name}-${service.split(".")[0]}`;
  const { namespace } = set;
  const external = childText(childMap(set.node, "spec"), "projectID") ?? "";
  const item = new Resource(
    newMap({
      apiVersion: "serviceusage.cnrm.cloud.google.com/v1beta1",
      kind: "Service",
      metadata: { name, ...(namespace ? { namespace } : {}) },
      spec: { resourceID: service, ...(external === "" ? {} : { projectRef: { external } }) },
    }),
  );
  for (const [key, value] of set.annotations.entries()) if (key !== localConfig) annotate(item, key, value);
  annotate(item, owner, ownerOf(set));
  const folder = (list.places.get(set)?.path ?? "").replace(/[^/]*$/, "");
  const path = `${folder}${namespace ? `${namespace}/` : ""}service_${name}.yaml`;
  const { owner: home } = list.places.get(set) ?? {};
  list.places.set(item, { path, index: undefined, ...(home === undefined ? {} : { owner: home }) });
  return item;
}

/** Annotations are quoted as the published function quotes them. */
function annotate(item: Resource, key: string, value: string): void {
  const metadata = childMap(item.node, "metadata");
  const annotations = childMap(metadata, "annotations");
  if (annotations === undefined) {
    const made = newMap({});
    made.set(key, newScalar(value, { style: "single" }));
    metadata?.set("annotations", made);
  } else annotations.set(key, newScalar(value, { style: "single" }));
}

function fail(list: ResourceList, text: string): never {
  list.results.push({ message: `failed to add services: ${text}`, severity: "error" });
  throw new FunctionError(text, `${text}${text}\n`);
}
