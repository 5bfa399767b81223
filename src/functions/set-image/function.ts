import type { Resource } from "../../core/resource.ts";
import { fileOf, type ResourceList, refOf } from "../../core/resource-list.ts";
import { ScalarNode } from "../../core/yaml/node.ts";
import { isEmptyConfig, rawData } from "../../sdk/config.ts";
import { functionFailure } from "../../sdk/failure.ts";
import { type FieldSpec, fieldsAt, readFieldSpecs } from "../../sdk/field-spec.ts";
import { childMap, childText, follow } from "../../sdk/nodes.ts";
import { type CatalogFunction, type FunctionCall, isBefore } from "../catalog-function.ts";
import { changeImage, type ImageChange, imageMatcher } from "./image.ts";

export const fn: CatalogFunction = { name: "set-image", run };

const apps = ["Deployment", "StatefulSet", "ReplicaSet", "DaemonSet"];
const containers = ["containers", "initContainers"];
/** Init containers and containers of pods and of what makes pods; jobs need additional fields. */
const defaults: readonly FieldSpec[] = containers.flatMap(list => [
  { version: "v1", kind: "Pod", path: `spec/${list}[]/image` },
  ...apps.map(kind => ({ group: "apps", version: "v1", kind, path: `spec/template/spec/${list}[]/image` })),
]);
/** The first releases looked at every kind. */
const formerDefaults: readonly FieldSpec[] = containers.flatMap(list => [
  { path: `spec/${list}[]/image` },
  { path: `spec/template/spec/${list}[]/image` },
]);

function run(list: ResourceList, { tag }: FunctionCall): void {
  const isFormer = isBefore(tag, 0, 2);
  const { change, additional } = readConfig(list, isFormer);
  const isMeant = matcherFor(list, change);
  const specs = [...(isFormer ? formerDefaults : defaults), ...additional];
  let count = 0;
  for (const item of list.items) {
    if (item.kind === "CustomResourceDefinition") continue;
    for (const spec of specs) {
      for (const { parent, key, path } of fieldsAt(spec, item)) {
        const image = follow(parent.get(key));
        if (!(image instanceof ScalarNode) || !isMeant(image.text)) continue;
        count++;
        const changed = changeImage(image.text, change);
        if (isFormer) reportFormer(list, item, path, image.text, changed);
        if (image.text !== changed) image.setValue(changed);
      }
    }
  }
  if (isFormer) {
    if (count === 0) list.results.push({ message: "no images changed", severity: "info" });
  } else summarize(list, count);
}

function reportFormer(
  list: ResourceList,
  item: Resource,
  path: readonly string[],
  from: string,
  to: string,
): void {
  const file = fileOf(list, item);
  list.results.push({
    message: `set image from ${from} to ${to}`,
    severity: "info",
    resourceRef: refOf(item),
    field: { path: path.join("."), currentValue: from, proposedValue: to },
    ...(file === undefined ? {} : { file }),
  });
}

function summarize(list: ResourceList, count: number): void {
  list.results.push({ message: `summary: updated a total of ${count} image(s)`, severity: "info" });
}

function matcherFor(list: ResourceList, change: ImageChange): (image: string) => boolean {
  try {
    return imageMatcher(change.name);
  } catch {
    return fail(list, `\`name\` ${JSON.stringify(change.name)} must be a regular expression of Go's syntax`);
  }
}

const fields = ["name", "newName", "newTag", "digest"] as const;

function readConfig(list: ResourceList, isFormer: boolean): { change: ImageChange; additional: FieldSpec[] } {
  const config = list.functionConfig;
  const change: ImageChange = { name: "", newName: "", newTag: "", digest: "" };
  let additional: FieldSpec[] = [];
  if (config === undefined || isEmptyConfig(config)) {
    list.results.push({ message: "`FunctionConfig` is not given", severity: "info" });
  } else if (config.kind === "ConfigMap") {
    for (const [key, value] of rawData(config)) {
      const field = fields.find(each => each === key);
      if (field === undefined) return fail(list, `ConfigMap has wrong field name ${key}`);
      change[field] = value;
    }
  } else if (config.kind === "SetImage" && config.group === "fn.kpt.dev") {
    const image = childMap(config.node, "image");
    for (const field of fields) change[field] = childText(image, field) ?? "";
    additional = readFieldSpecs(config.node, "additionalImageFields") ?? [];
  } else {
    const found = config.group === "" ? config.kind : `${config.kind}.${config.group}`;
    return fail(
      list,
      `unknown FunctionConfig \`${found}\`, expect \`SetImage.fn.kpt.dev\` or \`ConfigMap.v1\``,
    );
  }
  checkChange(list, change, isFormer);
  return { change, additional };
}

function checkChange(list: ResourceList, change: ImageChange, isFormer: boolean): void {
  const { name, newName, newTag, digest } = change;
  if (name === "") fail(list, isFormer ? "missing image name" : "must specify `name`", !isFormer);
  if (newName === "" && newTag === "" && digest === "") {
    const text = isFormer
      ? "missing image newName, newTag, or digest"
      : "must specify one of `newName`, `newTag`, or `digest`";
    fail(list, text, !isFormer);
  }
  if (isFormer && newTag !== "" && digest !== "") fail(list, "image newTag and digest both set");
}

/** An invalid config is reported together with the summary of nothing done. */
function fail(list: ResourceList, text: string, isInvalidConfig = false): never {
  list.results.push({
    message: isInvalidConfig ? `invalid FunctionConfig: ${text}` : text,
    severity: "error",
  });
  if (isInvalidConfig) summarize(list, 0);
  throw functionFailure();
}
