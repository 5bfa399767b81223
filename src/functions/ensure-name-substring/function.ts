import type { Resource } from "../../core/resource.ts";
import { FunctionError, type ResourceList } from "../../core/resource-list.ts";
import { ScalarNode } from "../../core/yaml/node.ts";
import { rawData } from "../../sdk/config.ts";
import {
  type Field,
  type FieldSpec,
  FieldSpecError,
  fieldsAt,
  readFieldSpecs,
} from "../../sdk/field-spec.ts";
import { childText, follow } from "../../sdk/nodes.ts";
import { duplicateId, kustomizeId } from "../../sdk/unique-ids.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { followNames, type Renamed } from "./follow-names.ts";

export const fn: CatalogFunction = { name: "ensure-name-substring", run };

interface Config {
  substring: string;
  mode: string;
  additional: FieldSpec[];
}

const nameField: FieldSpec = { path: "metadata/name" };

function run(list: ResourceList): void {
  const config = readConfig(list);
  const duplicate = duplicateId(list.items);
  if (duplicate !== undefined) {
    throw new FunctionError(
      `failed to convert items to resource map: may not add resource with an already registered id: ${duplicate}`,
    );
  }
  const known = new Set(list.items.map(item => `${item.group}/${item.kind}/${item.name}`));
  const renamed: Renamed[] = [];
  for (const item of list.items) {
    const oldName = item.name;
    renamed.push({ item, oldName });
    if (isKept(item)) continue;
    for (const spec of [nameField, ...config.additional]) {
      for (const { parent, key } of namesAt(spec, item)) {
        const field = follow(parent.get(key));
        if (!(field instanceof ScalarNode) || field.text === "" || field.text.includes(config.substring))
          continue;
        field.setValue(edited(field.text, config));
        followDependency(item, known, config);
      }
    }
  }
  try {
    followNames(list.items, renamed);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    throw new FunctionError(`failed to fix name back reference: ${thrown.message}`);
  }
}

/** Names of these are given by others. */
function isKept(item: Resource): boolean {
  return (
    item.kind === "CustomResourceDefinition" ||
    item.kind === "Namespace" ||
    (item.kind === "APIService" && item.group === "apiregistration.k8s.io") ||
    (item.kind === "Kptfile" && item.group === "kpt.dev")
  );
}

function namesAt(spec: FieldSpec, item: Resource): Field[] {
  try {
    return fieldsAt(spec, item);
  } catch (thrown) {
    if (!(thrown instanceof FieldSpecError)) throw thrown;
    throw new FunctionError(
      `failed to transform name substring: unable to lookup path ${spec.path} in ${kustomizeId(item)}: ${thrown.message}`,
    );
  }
}

/** With any other mode nothing is added, as with the published function. */
function edited(text: string, { substring, mode }: Config): string {
  if (mode === "prepend") return substring + text;
  return mode === "append" ? text + substring : text;
}

const dependsOn = "config.kubernetes.io/depends-on";

/** `group/namespaces/ns/kind/name` or `group/kind/name`, where that is an item of the package. */
function followDependency(item: Resource, known: ReadonlySet<string>, config: Config): void {
  const value = item.annotations.get(dependsOn);
  if (value === undefined || !/^[-.\w]*(?:\/namespaces\/[-.\w]*)?\/[-.\w]*\/[-.\w]*$/.test(value)) return;
  const parts = value.split("/");
  const name = parts.pop() ?? "";
  if (!known.has(`${parts[0]}/${parts.at(-1)}/${name}`)) return;
  item.annotations.set(dependsOn, [...parts, edited(name, config)].join("/"));
}

function readConfig(list: ResourceList): Config {
  const config = list.functionConfig;
  if (config?.apiVersion === "v1" && config.kind === "ConfigMap") {
    const data = rawData(config);
    if (data.size !== 1) refuse(`only 1 entry is allowed in the ConfigMap, but got: ${data.size}`);
    const [[mode, substring] = ["", ""]] = data;
    if (mode !== "prepend" && mode !== "append") {
      refuse(`unknown editMode: ${mode}, only prepend and append are allowed`);
    }
    return checked({ substring, mode, additional: [] });
  }
  if (config?.apiVersion === "fn.kpt.dev/v1alpha1" && config.kind === "EnsureNameSubstring") {
    const additional = readFieldSpecs(config.node, "additionalNameFields");
    const legacy = readFieldSpecs(config.node, "fieldSpecs");
    if (additional !== undefined && legacy !== undefined) {
      refuse("`fieldSpecs` has been deprecated, please rename it to `additionalNameFields`");
    }
    return checked({
      substring: childText(config.node, "substring") ?? "",
      mode: childText(config.node, "editMode") || "prepend",
      additional: additional ?? legacy ?? [],
    });
  }
  const given = config === undefined ? "/, Kind=" : `${config.group}/${config.version}, Kind=${config.kind}`;
  return refuse(
    `function config must be either /v1, Kind=ConfigMap or fn.kpt.dev/v1alpha1, Kind=EnsureNameSubstring, but we got: ${given}`,
  );
}

function checked(config: Config): Config {
  if (config.substring === "") refuse("substring must not be empty");
  return config;
}

function refuse(text: string): never {
  throw new FunctionError(`failed to load the \`functionConfig\`: ${text}`);
}
