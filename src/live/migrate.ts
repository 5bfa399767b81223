import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { isMap, mapAt, textAt, valueAt } from "../core/json.ts";
import { parseInventoryId } from "../core/resource-id.ts";
import { allFiles, type PackageTree, readPackage } from "../package/read.ts";
import { writeChanges } from "../package/write.ts";
import {
  checkFileName,
  chooseNamespace,
  newInventoryName,
  resourceGroupFile,
  withoutInventory,
} from "./init.ts";
import { installDefinition } from "./inventory/crd.ts";
import { type InventoryEntry, inventoryIdLabel } from "./inventory/inventory.ts";
import { InventoryStore } from "./inventory/store.ts";
import { toJsonMap } from "./json-value.ts";
import { checkKptfile } from "./load.ts";
import type { Actuation, Reconcile } from "./plan/filters/filter.ts";
import type { Session } from "./session.ts";

export interface MigrateOptions {
  /** As typed; one at most, the current one if there is none. */
  directories: readonly string[];
  cwd: string;
  /** Name of the new inventory where the old one was a ConfigMap. */
  name: string;
  /** Where the user wants it; the namespace of the old inventory unless given. */
  namespace: string;
  rgFile: string;
  isForced: boolean;
  isDryRun: boolean;
  report(text: string): void;
}

/** Moves the inventory of a package out of a ConfigMap or a Kptfile into a ResourceGroup. */
export async function migrateInventory(session: Session, options: MigrateOptions): Promise<void> {
  const { report } = options;
  checkFileName(options.rgFile);
  report("inventory migration...\n");
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      report("failed\ninventory migration...failed\n");
      throw thrown;
    }
  };
  const root = await step(async () => directoryOf(options));
  report("  ensuring ResourceGroup CRD exists in cluster...");
  if (!options.isDryRun) await step(() => installDefinition(session.client));
  report("success\n");
  report("  retrieve the current ConfigMap inventory...");
  const { tree, template } = await step(async () => {
    const read = await readPackage(root, { accepts: name => name === "Kptfile" || /\.ya?ml$/.test(name) });
    return { tree: read, template: findTemplate(read) };
  });
  if (template === undefined) {
    report("no ConfigMap inventory...completed\n");
    await step(() => migrateKptfile(session, options, tree));
  } else {
    report(`success (inventory-id: ${template.id})\n`);
    await step(() => migrateConfigMap(session, options, tree, template));
  }
  report("inventory migration...success\n");
}

function directoryOf({ directories, cwd }: MigrateOptions): string {
  const [directory = ".", ...more] = directories;
  if (more.length > 0) {
    throw new KptError("USAGE", "too many arguments; migrate requires one directory argument (or stdin)");
  }
  const root = resolve(cwd, directory);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return root;
  throw new KptError("NOT_FOUND", `invalid directory argument: ${directory}`);
}

interface Template {
  file: string;
  isAlone: boolean;
  name: string;
  namespace: string;
  id: string;
}

function findTemplate(tree: PackageTree): Template | undefined {
  for (const file of allFiles(tree)) {
    if (file.path.endsWith("Kptfile")) continue;
    for (const { root } of file.yaml.documents) {
      const object = root?.kind === "map" ? toJsonMap(root.toJS(), file.path) : undefined;
      const id = textAt(object, "metadata", "labels", inventoryIdLabel);
      if (id === undefined || textAt(object, "kind") !== "ConfigMap") continue;
      return {
        file: file.path,
        isAlone: file.yaml.documents.filter(document => document.root !== undefined).length === 1,
        name: textAt(object, "metadata", "name") ?? "",
        namespace: textAt(object, "metadata", "namespace") ?? "",
        id,
      };
    }
  }
  return undefined;
}

function checkFree({ rgFile, isForced }: MigrateOptions, tree: PackageTree): void {
  if (isForced || !tree.files.some(file => file.path === rgFile)) return;
  throw new KptError(
    "ALREADY_EXISTS",
    "the resourcegroup file already exists and inventory information cannot be migrated",
    { label: "Error" },
  );
}

async function migrateKptfile(session: Session, options: MigrateOptions, tree: PackageTree): Promise<void> {
  const { report, rgFile, isDryRun } = options;
  report("  reading existing Kptfile...");
  if (tree.kptfile === undefined) {
    throw new KptError("KPTFILE_MISSING", `No Kptfile found at "${tree.directory}".`, { label: "Error" });
  }
  checkKptfile(tree.kptfile.text, tree.directory);
  const root = tree.kptfile.yaml.documents.find(document => document.root !== undefined)?.root;
  const kptfile = root?.kind === "map" ? toJsonMap(root.toJS(), "Kptfile") : undefined;
  const section = mapAt(kptfile, "inventory");
  // The line stays open where there was nothing to move: recorded behaviour.
  if (section === undefined) return;
  checkFree(options, tree);
  const namespace =
    options.namespace ||
    textAt(section, "namespace") ||
    (await chooseNamespace(tree, async () => session.namespace));
  const name = textAt(section, "name") || newInventoryName();
  const content = resourceGroupFile(name, namespace, textAt(section, "inventoryID") ?? "");
  if (!isDryRun) {
    writeChanges(tree.directory, [
      { path: rgFile, content, mode: 0o600 },
      { path: "Kptfile", content: withoutInventory(tree, true) ?? "" },
    ]);
  }
  report("success\n");
}

async function migrateConfigMap(
  session: Session,
  options: MigrateOptions,
  tree: PackageTree,
  template: Template,
): Promise<void> {
  const { report, rgFile, isDryRun } = options;
  const { client } = session;
  report("  creating ResourceGroup object file...");
  checkFree(options, tree);
  const old = template.namespace || session.namespace;
  const namespace = options.namespace || old;
  const name = options.name || newInventoryName();
  const content = resourceGroupFile(name, namespace, template.id);
  if (!isDryRun) writeChanges(tree.directory, [{ path: rgFile, content, mode: 0o600 }]);
  report("success\n  retrieve ConfigMap inventory objs...");
  const type = await client.discovery.find("v1", "ConfigMap");
  if (type === undefined) throw new KptError("CLUSTER_REFUSED", "the cluster does not serve ConfigMaps");
  const { items } = await client.list(type, old, { labelSelector: `${inventoryIdLabel}=${template.id}` });
  const entries = items.flatMap(item => entriesOf(mapAt(item, "data") ?? {}));
  report(`success (${entries.length} inventory objects)\n`);
  report("  migrate inventory to ResourceGroup...");
  if (!isDryRun && items.length > 0) {
    const local = { name, namespace, id: template.id, labels: {}, annotations: {} };
    const store = new InventoryStore(client, local, "all");
    await store.read();
    await store.set(entries);
  }
  report("success\n  deleting old ConfigMap inventory object...");
  if (!isDryRun) {
    for (const item of items) {
      const uid = textAt(item, "metadata", "uid") ?? "";
      await client.delete(type, old, textAt(item, "metadata", "name") ?? "", { preconditions: { uid } });
    }
  }
  report("success\n");
  report(`deleting inventory template file: ${join(tree.directory, template.file)}...`);
  if (!isDryRun) removeTemplate(tree, template);
  report("success\n");
}

/** The file goes; where it holds other objects too, only the template does. */
function removeTemplate(tree: PackageTree, template: Template): void {
  if (template.isAlone) {
    writeChanges(tree.directory, [{ path: template.file, content: undefined }]);
    return;
  }
  const file = allFiles(tree).find(one => one.path === template.file);
  const document = file?.yaml.documents.find(({ root }) => {
    const label = root?.kind === "map" ? root.getIn(["metadata", "labels", inventoryIdLabel]) : undefined;
    return label !== undefined;
  });
  if (file === undefined || document === undefined) return;
  file.yaml.remove(document);
  writeChanges(tree.directory, [{ path: template.file, content: file.yaml.toString() }]);
}

const actuations: readonly Actuation[] = ["Pending", "Succeeded", "Skipped", "Failed"];
const reconciles: readonly Reconcile[] = ["Pending", "Succeeded", "Skipped", "Failed", "Timeout"];

function entriesOf(data: ReturnType<typeof mapAt> & object): InventoryEntry[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const id = parseInventoryId(key);
    if (id === undefined) return [];
    const status = readStatus(value);
    const actuation = actuations.find(one => one === valueAt(status, "actuation")) ?? "Succeeded";
    const reconcile = reconciles.find(one => one === valueAt(status, "reconcile")) ?? "Succeeded";
    const strategy = valueAt(status, "strategy") === "Delete" ? ("Delete" as const) : ("Apply" as const);
    return [{ id, strategy, actuation, reconcile }];
  });
}

function readStatus(value: unknown): ReturnType<typeof mapAt> {
  if (typeof value !== "string" || value === "") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isMap(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
