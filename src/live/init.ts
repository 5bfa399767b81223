import { createHash, randomInt } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { KptError, messageOf } from "../core/error.ts";
import { scopeOf } from "../core/schema/scope.ts";
import type { MapNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { onlyRoot } from "../package/kptfile.ts";
import { allFiles, type PackageFile, type PackageTree, readPackage } from "../package/read.ts";
import { writeChanges } from "../package/write.ts";
import { inventoryIdLabel } from "./inventory/inventory.ts";
import { checkKptfile, framed } from "./load.ts";

export interface InitOptions {
  /** As typed. */
  directory: string;
  cwd: string;
  name: string;
  namespace: string;
  inventoryId: string;
  rgFile: string;
  isForced: boolean;
  /** Mark Config Connector resources as deployed by kpt. */
  isAttributed: boolean;
  /** Namespace of the kubeconfig's context, asked for only where the package doesn't tell. */
  contextNamespace: () => Promise<string>;
  now: Date;
  report(text: string): void;
}

export const kptfileHasInventory = (): KptError =>
  framed(
    "Inventory information has already been added to the package Kptfile object. Please consider migrating to a standalone resourcegroup object using the 'kpt live migrate' command.",
  );

const fileHasInventory = (): KptError =>
  framed(
    "Inventory information has already been added to the package ResourceGroup object. Changing it after a package has been applied to the cluster can lead to undesired results. Use the --force flag to suppress this error.",
  );

/** Names the inventory of a package in a file of its own. Nothing is asked of a cluster. */
export async function initInventory(options: InitOptions): Promise<void> {
  const { directory, cwd, rgFile, report } = options;
  checkFileName(rgFile);
  const root = resolve(cwd, directory);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new KptError("NOT_FOUND", `invalid directory argument: ${directory}`, { label: "Error" });
  }
  const tree = await readPackage(root, { accepts: name => name === "Kptfile" || /\.ya?ml$/.test(name) });
  const namespace = options.namespace || (await chooseNamespace(tree, options.contextNamespace));
  report(`initializing "${rgFile}" inventory info (namespace: ${namespace})...`);
  try {
    const name = options.name || newInventoryName();
    const id = options.inventoryId || newInventoryId(namespace, name, options.now);
    if (tree.kptfile !== undefined) checkKptfile(tree.kptfile.text, root);
    const kptfile = withoutInventory(tree, options.isForced);
    checkExisting(tree, rgFile, options.isForced);
    const changes = [{ path: rgFile, content: resourceGroupFile(name, namespace, id), mode: 0o600 }];
    if (kptfile !== undefined) changes.push({ path: "Kptfile", content: kptfile, mode: 0o600 });
    writeChanges(root, changes);
  } catch (thrown) {
    report("failed\n");
    throw thrown;
  }
  report("success\n");
  if (options.isAttributed) attribute(tree);
}

export function checkFileName(name: string): void {
  if (name !== "" && name !== "." && name !== ".." && !/[/\\]/.test(name)) return;
  throw new KptError("USAGE", "rg-file must be a valid filename");
}

export function newInventoryName(): string {
  return `inventory-${String(randomInt(100_000_000)).padStart(8, "0")}`;
}

/** Sixty characters: a digest of what it is called and the time, so that no two packages share one. */
export function newInventoryId(namespace: string, name: string, now: Date): string {
  const digest = createHash("sha1").update(`${namespace}:${name}`).digest("hex");
  const nanoseconds = BigInt(now.getTime()) * 1_000_000n + BigInt(randomInt(1_000_000));
  return `${digest}-${nanoseconds}`;
}

export function resourceGroupFile(name: string, namespace: string, id: string): string {
  const quote = (text: string): string => (/^[A-Za-z][\w.-]*$/.test(text) ? text : JSON.stringify(text));
  // An id of digits and one dash reads as a string in any case; the usual form stays without quotes.
  const idText = /^[\w.-]+-[\w.-]*$/.test(id) ? id : quote(id);
  return `apiVersion: kpt.dev/v1alpha1
kind: ResourceGroup
metadata:
  name: ${quote(name)}
  namespace: ${quote(namespace)}
  labels:
    ${inventoryIdLabel}: ${idText}
`;
}

/** The one namespace that all namespaced objects of the package name; otherwise that of the kubeconfig. */
export async function chooseNamespace(
  tree: PackageTree,
  contextNamespace: () => Promise<string>,
): Promise<string> {
  const found = new Set<string>();
  for (const file of allFiles(tree)) {
    for (const node of objectsOf(file)) {
      if (isLocal(node)) continue;
      if (scopeOf(node.text("apiVersion") ?? "", node.text("kind") ?? "") === "cluster") continue;
      const namespace = node.getIn(["metadata", "namespace"]);
      found.add(namespace?.kind === "scalar" ? namespace.text : "");
    }
  }
  const [only] = found;
  return found.size === 1 && only !== undefined && only !== "" ? only : await contextNamespace();
}

function objectsOf(file: PackageFile): MapNode[] {
  if (file.path === "Kptfile" || file.path.endsWith("/Kptfile")) return [];
  return file.yaml.documents.flatMap(({ root }) => (root?.kind === "map" ? [root] : []));
}

function isLocal(node: MapNode): boolean {
  return node.getIn(["metadata", "annotations", "config.kubernetes.io/local-config"]) !== undefined;
}

/** The Kptfile without its inventory section; undefined where it has none. */
export function withoutInventory(tree: PackageTree, isForced: boolean): string | undefined {
  const root = tree.kptfile && onlyRoot(tree.kptfile.yaml, tree.directory);
  if (root?.kind !== "map" || !root.has("inventory")) return undefined;
  if (!isForced) throw kptfileHasInventory();
  root.delete("inventory");
  return tree.kptfile?.yaml.toString();
}

function checkExisting(tree: PackageTree, rgFile: string, isForced: boolean): void {
  const existing = tree.files.find(file => file.path === rgFile);
  if (existing === undefined) return;
  try {
    parseYaml(existing.text, { file: rgFile });
  } catch (thrown) {
    throw new KptError(
      "INVENTORY_INVALID",
      `${rgFile} is there already and can't be read: ${messageOf(thrown)}`,
    );
  }
  if (!isForced) throw fileHasInventory();
}

const blueprint = "cnrm.cloud.google.com/blueprint";
const ownMark = "krm-live";

/** Config Connector counts what is deployed by kpt; a failure to say so is nobody's problem. */
function attribute(tree: PackageTree): void {
  try {
    const changes: { path: string; content: string }[] = [];
    for (const file of allFiles(tree)) {
      for (const node of objectsOf(file)) {
        if (!(node.text("apiVersion") ?? "").includes(".cnrm.")) continue;
        const found = node.getIn(["metadata", "annotations", blueprint]);
        const value = found?.kind === "scalar" ? found.text : "";
        const next = marked(value);
        if (next !== value) node.setIn(["metadata", "annotations", blueprint], next);
      }
      if (file.isParsed && file.yaml.changed && file.path !== "Kptfile") {
        changes.push({ path: file.path, content: file.yaml.toString() });
      }
    }
    writeChanges(tree.directory, changes);
  } catch {
    // by design
  }
}

function marked(value: string): string {
  if (value === "") return ownMark;
  if (value === "krm-pkg") return "krm-pkg-live";
  return /(^|,)krm-(live|pkg-live)(,|$)/.test(value) ? value : `${value},${ownMark}`;
}
