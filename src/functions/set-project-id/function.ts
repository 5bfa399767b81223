import type { Resource } from "../../core/resource.ts";
import { FunctionError, type ResourceList } from "../../core/resource-list.ts";
import type { MapNode } from "../../core/yaml/node.ts";
import { newMap } from "../../core/yaml/print.ts";
import { rawData } from "../../sdk/config.ts";
import { childMap, childMaps, childSeq, childText, ensureMap, setChildText } from "../../sdk/nodes.ts";
import type { CatalogFunction } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "set-project-id", run };

const setter = "project-id";
const annotation = "cnrm.cloud.google.com/project-id";

function run(list: ResourceList): void {
  const projectId = rawData(list.functionConfig).get(setter) ?? "";
  const kptfiles = list.items.filter(item => item.kind === "Kptfile");
  if (kptfiles.length === 0) {
    fail(
      "failed to find Kptfile: unable to find Kptfile, please include --include-meta-resources flag if a Kptfile is present",
    );
  }
  for (const kptfile of kptfiles) declare(list, kptfile, projectId);
  for (const item of list.items) {
    // Config Connector's own resources, but not those that configure it.
    const service = /^([^.]+)\.cnrm\.cloud\.google\.com$/.exec(item.group)?.[1];
    if (service === undefined || service === "core" || item.annotations.has(annotation)) continue;
    item.annotations.set(annotation, projectId);
  }
}

/** Gives the setter to the package's first apply-setters, unless it has one; to a new one where there is none. */
function declare(list: ResourceList, kptfile: Resource, projectId: string): void {
  const pipeline = ensureMap(kptfile.node, "pipeline");
  if (pipeline === undefined) fail("error updating Kptfile: `pipeline` must be a map");
  const mutator = childMaps(pipeline, "mutators").find(each =>
    childText(each, "image")?.includes("apply-setters"),
  );
  if (mutator === undefined) {
    const added = { image: "gcr.io/kpt-fn/apply-setters:v0.2", configMap: { [setter]: projectId } };
    const mutators = childSeq(pipeline, "mutators");
    if (mutators === undefined) pipeline.set("mutators", [added]);
    else mutators.push(newMap(added));
    return;
  }
  const data = childMap(mutator, "configMap") ?? configOf(list, mutator);
  if (!childText(data, setter)) setChildText(data, setter, projectId);
}

function configOf(list: ResourceList, mutator: MapNode): MapNode {
  const path = childText(mutator, "configPath");
  if (!path) {
    return fail(
      "error updating Kptfile: unable to find `ConfigMap` or `configPath` as the `functionConfig` for apply-setters",
    );
  }
  const config = list.items.find(item => list.places.get(item)?.path === path);
  const data = config === undefined ? undefined : ensureMap(config.node, "data");
  return (
    data ??
    fail(
      `error updating Kptfile: failed to find setter file: file ${path} doesn't exist, please ensure the file specified in "configPath" exists and retry`,
    )
  );
}

/** In the manner of its framework, which prints an error twice. */
function fail(text: string): never {
  const message = `failed to set project-id setter: ${text}`;
  throw new FunctionError(message, `${message}${message}\n`);
}
