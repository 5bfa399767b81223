import type { Resource } from "../../core/resource.ts";
import { fileOf, type ResourceList, refOf } from "../../core/resource-list.ts";
import { ScalarNode, SeqNode } from "../../core/yaml/node.ts";
import { stringify } from "../../core/yaml/print.ts";
import { isEmptyConfig, rawData } from "../../sdk/config.ts";
import { functionFailure } from "../../sdk/failure.ts";
import { type FieldSpec, FieldSpecError, fieldsAt, readFieldSpecs } from "../../sdk/field-spec.ts";
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
  let failed = false;
  for (const item of list.items) {
    if (item.kind === "CustomResourceDefinition") continue;
    for (const spec of specs) {
      try {
        for (const { image, path } of imagesAt(spec, item)) {
          if (!isMeant(image.text)) continue;
          count++;
          const changed = changeImage(image.text, change);
          if (isFormer) reportFormer(list, item, path, image.text, changed);
          if (image.text !== changed) image.setValue(changed);
        }
      } catch (thrown) {
        if (!(thrown instanceof FieldSpecError)) throw thrown;
        failed = true;
        reportWrongField(list, item, spec, thrown.message);
        break;
      }
    }
  }
  if (!isFormer) summarize(list, count);
  else if (count === 0) list.results.push({ message: "no images changed", severity: "info" });
  if (failed) throw functionFailure();
}

/** The images at the places of a spec. No image is ever made, so a spec creates nothing. */
function* imagesAt(
  spec: FieldSpec,
  item: Resource,
): Generator<{ image: ScalarNode; path: readonly string[] }> {
  for (const { parent, key, path } of fieldsAt({ ...spec, create: false }, item)) {
    const image = follow(parent.get(key));
    if (image instanceof ScalarNode) yield { image, path };
    else if (image !== undefined) {
      const kind = image instanceof SeqNode ? "SequenceNode" : "MappingNode";
      throw new FieldSpecError(
        `wrong node kind: expected ScalarNode but got ${kind}: node contents:\n${stringify(image.clone())}`,
      );
    }
  }
}

function reportWrongField(list: ResourceList, item: Resource, spec: FieldSpec, why: string): void {
  const { group, version, kind, name, namespace } = item;
  const id = `${kind || "[noKind]"}.${version || "[noVer]"}.${group || "[noGrp]"}/${name || "[noName]"}.${namespace || "[noNs]"}`;
  const file = fileOf(list, item);
  list.results.push({
    message: `considering field '${spec.path}' of object ${id}: ${why}`,
    severity: "error",
    resourceRef: refOf(item),
    ...(file === undefined ? {} : { file }),
  });
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
