import type { Resource } from "../../core/resource.ts";
import {
  addResults,
  FunctionError,
  fileOf,
  type ResourceList,
  type Result,
  sortResults,
} from "../../core/resource-list.ts";
import { rawData } from "../../sdk/config.ts";
import { type FieldSpec, FieldSpecError, fieldsAt, readFieldSpecs } from "../../sdk/field-spec.ts";
import { consideringField, undecodable } from "../../sdk/go-decoding.ts";
import { ensureMap, setChildText } from "../../sdk/nodes.ts";
import { notMapping } from "../../sdk/spelling.ts";
import { duplicateId } from "../../sdk/unique-ids.ts";
import type { CatalogFunction } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "set-annotations", run };

const template = "spec/template/metadata/annotations";
const job = "spec/jobTemplate";
const defaults: readonly FieldSpec[] = [
  { path: "metadata/annotations", create: true },
  { path: template, create: true, version: "v1", kind: "ReplicationController" },
  { path: template, create: true, kind: "Deployment" },
  { path: template, create: true, kind: "ReplicaSet" },
  { path: template, create: true, kind: "DaemonSet" },
  { path: template, create: true, kind: "StatefulSet" },
  { path: template, create: true, group: "batch", kind: "Job" },
  { path: `${job}/metadata/annotations`, create: true, group: "batch", kind: "CronJob" },
  { path: `${job}/${template}`, create: true, group: "batch", kind: "CronJob" },
];

interface Config {
  annotations: [key: string, value: string][];
  specs: FieldSpec[];
}

function run(list: ResourceList): void {
  const { annotations, specs } = readConfig(list);
  const duplicate = duplicateId(list.items);
  if (duplicate !== undefined) {
    fail(list, `failed to run function: may not add resource with an already registered id: ${duplicate}`);
  }
  const message = `set annotations: {${annotations
    .map(([key, value]) => `${goJson(key)}:${goJson(value)}`)
    .join(",")}}`;
  const results: Result[] = [];
  // Packages of one render can have files of the same name, each named relative to its own package.
  const reported = new Set<string>();
  for (const item of list.items) {
    const file = fileOf(list, item);
    for (const path of annotate(item, specs, annotations, text => fail(list, text))) {
      const place = file && JSON.stringify([file.path, file.index, path]);
      if (place !== undefined && reported.has(place)) continue;
      if (place !== undefined) reported.add(place);
      results.push({ message, field: { path }, ...(file === undefined ? {} : { file }) });
    }
  }
  sortResults(results);
  if (results.length === 0) results.push({ message: "no annotations applied" });
  addResults(list, results);
}

/** Sets the annotations and returns the paths of the places, each once. */
function annotate(
  item: Resource,
  specs: readonly FieldSpec[],
  annotations: readonly [key: string, value: string][],
  refuse: (text: string) => never,
): Set<string> {
  const places = new Set<string>();
  for (const spec of specs) {
    try {
      for (const { parent, key, path } of fieldsAt(spec, item)) {
        if (!parent.has(key) && !spec.create) continue;
        const map = ensureMap(parent, key);
        const present = parent.get(key);
        if (map === undefined && present !== undefined) {
          throw new FieldSpecError(notMapping(path.join("."), present, undefined).message);
        }
        if (map === undefined) continue;
        for (const [name, value] of annotations) setChildText(map, name, value);
        places.add(path.join("."));
      }
    } catch (thrown) {
      if (!(thrown instanceof FieldSpecError)) throw thrown;
      refuse(`failed to run function: failed to run transformer: ${consideringField(spec, item, thrown)}`);
    }
  }
  return places;
}

function readConfig(list: ResourceList): Config {
  const config = list.functionConfig;
  const isOwnKind =
    config?.apiVersion === "fn.kpt.dev/v1alpha1" &&
    (config.kind === "SetAnnotations" || config.kind === "SetAnnotationConfig");
  const isConfigMap = config?.apiVersion === "v1" && config.kind === "ConfigMap";
  if (config === undefined || !(isOwnKind || isConfigMap)) {
    return refuse(list, "`functionConfig` must be a `ConfigMap` or `SetAnnotations`");
  }
  const additional = isOwnKind ? readFieldSpecs(config.node, "additionalAnnotationFields") : undefined;
  const legacy = isOwnKind ? readFieldSpecs(config.node, "fieldSpecs") : undefined;
  if (additional !== undefined && legacy !== undefined) {
    return refuse(list, "`fieldSpecs` has been deprecated, please rename it to `additionalAnnotationFields`");
  }
  if (isOwnKind) {
    const wrong = undecodable(config, "annotations", ["additionalAnnotationFields", "fieldSpecs"]);
    if (wrong !== undefined) refuse(list, wrong);
  }
  const annotations = [...rawData(config, isOwnKind ? "annotations" : "data")];
  if (annotations.length === 0) return refuse(list, "input annotation list cannot be empty");
  annotations.sort(([a], [b]) => (a < b ? -1 : 1));
  return { annotations, specs: [...(additional ?? legacy ?? []), ...defaults] };
}

function refuse(list: ResourceList, text: string): never {
  return fail(list, `failed to configure function: ${text}`);
}

function fail(list: ResourceList, message: string): never {
  list.results.push({ message, severity: "error" });
  throw new FunctionError(message, `[error]: ${message}`);
}

/** Go's JSON encoder keeps these out of scripts in web pages. */
function goJson(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
