import { lstatSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import type { JsonMap } from "../core/json.ts";
import { isMap, listAt, mapAt, textAt } from "../core/json.ts";
import type { YamlFile } from "../core/yaml/file.ts";
import type { MapNode, YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { cleanText } from "../kube/clean-text.ts";
import { parseKptfile } from "../package/kptfile.ts";
import { allFiles, type PackageFile, readPackage } from "../package/read.ts";
import {
  inventoryIdLabel,
  isResourceGroup,
  type LocalInventory,
  readResourceGroup,
  textMap,
} from "./inventory/inventory.ts";
import { toJsonMap } from "./json-value.ts";
import { annotation } from "./plan/identity.ts";

/** An object of a package, and the file it stands in, for messages. */
export interface SourcedObject {
  object: JsonMap;
  source: string;
}

export interface LoadedPackage {
  objects: SourcedObject[];
  inventory: LocalInventory;
  /** For standard output: the inventory is in the Kptfile, where it used to be. */
  hasKptfileInventory: boolean;
  /** For standard error. */
  warnings: string[];
}

/** What objects that come from a stream have for a file, as messages name it. */
export const streamSource = "unstructured";

const localConfig = "config.kubernetes.io/local-config";

/** Reads a package from disk; nothing is asked of a cluster. */
export async function loadDirectory(
  argument: string,
  cwd: string,
  signal?: AbortSignal,
): Promise<LoadedPackage> {
  const warnings: string[] = [];
  const directory = resolveLink(argument, cwd, warnings);
  const tree = await readPackage(directory, {
    accepts: name => name === "Kptfile" || /\.ya?ml$/.test(name),
    warn: message => warnings.push(message),
    ...(signal === undefined ? {} : { signal }),
  });
  if (tree.kptfile !== undefined) checkKptfile(tree.kptfile.text, directory);
  const objects: SourcedObject[] = [];
  for (const file of allFiles(tree)) {
    if (file.path !== "Kptfile" && !file.path.endsWith("/Kptfile")) {
      objects.push(...objectsOf(file, tree.directory));
    }
  }
  const own = new Set(tree.files.map(file => file.path));
  const groups = objects.filter(({ object, source }) => isResourceGroup(object) && own.has(source));
  const kptfile = tree.kptfile === undefined ? undefined : rootOf(tree.kptfile);
  return finish(
    objects,
    groups.map(one => one.object),
    kptfile === undefined ? [] : [kptfile],
    warnings,
  );
}

/** A Kptfile that can't be understood may hide the inventory: nothing is done then. */
export function checkKptfile(text: string, directory: string): void {
  try {
    parseKptfile(text, directory);
  } catch (thrown) {
    if (!(thrown instanceof KptError)) throw thrown;
    const facts = thrown.place === undefined ? {} : { place: thrown.place };
    throw new KptError(thrown.code, thrown.message, { ...facts, label: "Error", cause: thrown });
  }
}

/** Broken YAML is told of as an error of kpt's own. */
function labelled<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof KptError) || thrown.code !== "YAML_SYNTAX") throw thrown;
    const facts = thrown.place === undefined ? {} : { place: thrown.place };
    throw new KptError(thrown.code, thrown.message, { ...facts, label: "Error", cause: thrown });
  }
}

/** Reads a package from text, as `kpt fn render -o unwrap` writes it. */
export function loadStream(text: string): LoadedPackage {
  const objects: SourcedObject[] = [];
  const kptfiles: JsonMap[] = [];
  for (const document of parseStream(text).documents) {
    if (document.root?.kind !== "map") continue;
    const object = readNode(document.root, streamSource);
    for (const item of flattenList(object)) {
      if (textAt(item, "kind") === "Kptfile") kptfiles.push(item);
      else objects.push({ object: item, source: streamSource });
    }
  }
  const groups = objects.filter(({ object }) => isResourceGroup(object)).map(one => one.object);
  if (kptfiles.filter(kptfile => mapAt(kptfile, "inventory") !== undefined).length > 1) {
    throw new KptError("INVENTORY_INVALID", "multiple Kptfile inventories found in package");
  }
  return finish(objects, groups, kptfiles, []);
}

function parseStream(text: string): YamlFile {
  try {
    return parseYaml(text, { file: streamSource });
  } catch (thrown) {
    if (!(thrown instanceof KptError) || thrown.code !== "YAML_SYNTAX") throw thrown;
    throw new KptError(thrown.code, `MalformedYAMLError: ${thrown.message}`, {
      ...(thrown.place === undefined ? {} : { place: thrown.place }),
      cause: thrown,
    });
  }
}

function finish(
  objects: readonly SourcedObject[],
  groups: readonly JsonMap[],
  kptfiles: readonly JsonMap[],
  warnings: string[],
): LoadedPackage {
  const fromKptfile = kptfiles.map(kptfile => mapAt(kptfile, "inventory")).find(found => found !== undefined);
  const inventory = findInventory(groups, fromKptfile);
  const applied = objects.filter(({ object }) => !isResourceGroup(object) && !isLocal(object));
  if (applied.some(({ object }) => textAt(object, "metadata", "labels", inventoryIdLabel) !== undefined)) {
    throw framed(
      "Package has multiple inventory object templates.\n\nThe package should have one and only one inventory object template.",
    );
  }
  return { objects: applied, inventory, hasKptfileInventory: fromKptfile !== undefined, warnings };
}

export const kptfileInventoryWarning =
  "[WARN] The resourcegroup file was not found... Using Kptfile to gather inventory information. We recommend migrating to a resourcegroup file for inventories. Please migrate with `kpt live migrate`.\n";

function findInventory(groups: readonly JsonMap[], fromKptfile: JsonMap | undefined): LocalInventory {
  if (groups.length > 1) {
    throw framed(
      "Multiple ResourceGroup objects found. Please make sure at most one ResourceGroup object exists within the package.",
    );
  }
  const [group] = groups;
  if (group !== undefined && fromKptfile !== undefined) {
    throw new KptError("INVENTORY_INVALID", "inventory was found in both Kptfile and ResourceGroup object");
  }
  if (group === undefined && fromKptfile === undefined) {
    throw framed(
      'Package uninitialized. Please run "kpt live init" command.\n\nThe package needs to be initialized to generate the template\nwhich will store state for resource sets. This state is\nnecessary to perform functionality such as deleting an entire\npackage or automatically deleting omitted resources (pruning).',
      "INVENTORY_MISSING",
    );
  }
  const inventory = group === undefined ? fromSection(fromKptfile ?? {}) : fromGroup(group);
  if (inventory.name === "" || inventory.namespace === "" || inventory.id === "") {
    throw new KptError("INVENTORY_INVALID", "the provided ResourceGroup is not valid");
  }
  return inventory;
}

function fromGroup(group: JsonMap): LocalInventory {
  const { name, namespace, id } = readResourceGroup(group);
  const annotations = Object.entries(textMap(group, "annotations")).filter(
    ([key]) => !key.startsWith("config.kubernetes.io/") && !key.startsWith("internal.config.kubernetes.io/"),
  );
  return {
    name,
    namespace,
    id,
    labels: textMap(group, "labels"),
    annotations: Object.fromEntries(annotations),
  };
}

function fromSection(section: JsonMap): LocalInventory {
  const metadata = { metadata: section };
  return {
    name: textAt(section, "name") ?? "",
    namespace: textAt(section, "namespace") ?? "",
    id: textAt(section, "inventoryID") ?? "",
    labels: textMap(metadata, "labels"),
    annotations: textMap(metadata, "annotations"),
  };
}

function isLocal(object: JsonMap): boolean {
  const value = annotation(object, localConfig);
  return value !== undefined && value !== "false";
}

function resolveLink(argument: string, cwd: string, warnings: string[]): string {
  const directory = resolve(cwd, argument);
  const status = lstatSync(directory, { throwIfNoEntry: false });
  if (status === undefined) {
    throw new KptError("NOT_FOUND", `lstat ${argument}: no such file or directory`);
  }
  if (!status.isSymbolicLink()) return directory;
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) {
    throw new KptError("NOT_FOUND", `lstat ${argument}: the link leads nowhere`);
  }
  const real = realpathSync(directory);
  warnings.push(
    `[WARN] resolved symlink "${argument}" to "${real}", please note that the symlinks within the package are ignored`,
  );
  return real;
}

function objectsOf(file: PackageFile, directory: string): SourcedObject[] {
  return labelled(() => file.yaml).documents.flatMap(({ root }) => {
    if (root === undefined || (root.kind === "scalar" && root.type === "null")) return [];
    if (root.kind === "seq") return [{ object: {}, source: file.path }];
    if (root.kind !== "map") throw noObject(root, join(directory, file.path));
    return flattenList(readNode(root, file.path)).map(object => ({ object, source: file.path }));
  });
}

/** What would be left out without a word must be refused. */
function noObject(node: YamlNode, file: string): KptError {
  const contents = node.kind === "scalar" ? node.text : "";
  return new KptError(
    "RESOURCE_INVALID",
    `${file}: wrong node kind: expected MappingNode but got ${node.kind === "scalar" ? "Scalar" : "Alias"}Node: node contents:\n${cleanText(contents)}\n`,
    { label: "Error", place: { file, ...node.position() } },
  );
}

function rootOf(file: PackageFile): JsonMap | undefined {
  const root = file.yaml.documents.find(document => document.root !== undefined)?.root;
  return root?.kind === "map" ? toJsonMap(root.toJS(), file.path) : undefined;
}

function readNode(node: MapNode, file: string): JsonMap {
  checkStrings(node, file, "label");
  checkStrings(node, file, "annotation");
  return toJsonMap(node.toJS(), file) ?? {};
}

/** The items of a List take its place. */
function flattenList(object: JsonMap): JsonMap[] {
  if (textAt(object, "apiVersion") !== "v1" || !(textAt(object, "kind") ?? "").endsWith("List")) {
    return [object];
  }
  return listAt(object, "items").filter(isMap).flatMap(flattenList);
}

/** Labels and annotations must be written as text: YAML's `true` or `1` would be refused by the server. */
function checkStrings(node: MapNode, file: string, what: "label" | "annotation"): void {
  const field = `${what}s`;
  const map = node.getIn(["metadata", field]);
  if (map === undefined || (map.kind === "scalar" && map.type === "null")) return;
  if (map.kind === "alias") return;
  if (map.kind !== "map") throw invalidText(`metadata.${field} must be a string map`, map, file);
  for (const entry of map.entries) {
    const word = typeWord(entry.value);
    if (word === "string") continue;
    const message = `${what} "${entry.keyText}" must be a string, got ${word}`;
    throw invalidText(message, entry.value, file);
  }
}

function typeWord(value: YamlNode): string {
  if (value.kind === "alias") return "string";
  if (value.kind !== "scalar") return "non-scalar";
  switch (value.type) {
    case "bool":
      return "boolean";
    case "int":
      return "integer";
    case "float":
      return "number";
    case "null":
      return "null";
    default:
      return "string";
  }
}

function invalidText(message: string, node: YamlNode, file: string): KptError {
  const { line, column } = node.position();
  return new KptError("RESOURCE_INVALID", message, { place: { file, line, column } });
}

/** kpt's frame for its own errors: an empty line before, one with a blank after. */
export function framed(text: string, code: "INVENTORY_INVALID" | "INVENTORY_MISSING" = "INVENTORY_INVALID") {
  return new KptError(code, `\nError: ${text}\n `, { label: "none" });
}
