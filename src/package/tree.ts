import { Resource } from "../core/resource.ts";
import { kptfileName, PackageFolder } from "./folder.ts";
import { compareBytes } from "./paths.ts";
import { allFiles, allPackages, type PackageFile, readPackage } from "./read.ts";

/** A resource as the tree shows it. */
export interface ShownResource {
  /** Base name of its file. */
  file: string;
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string | undefined;
}

/** A folder that holds resources, with what is shown below it. */
export interface Branch {
  /** Below the folder the tree begins at, with slashes; empty for that folder. */
  path: string;
  /** Base name of the folder; undefined for the root, which only the caller can name. */
  name: string | undefined;
  isPackage: boolean;
  resources: ShownResource[];
  /** Other files, relative to the branch: also those of folders that have no branch of their own. */
  files: string[];
  branches: Branch[];
}

/** What a folder holds besides branches: resources by folder, and the paths of all other files. */
export interface Contents {
  resources: ReadonlyMap<string, readonly ShownResource[]>;
  packages: ReadonlySet<string>;
  files: readonly string[];
}

/**
 * The packages, folders, resources and files below a folder. Undefined when there is no resource at all.
 * Throws NOT_FOUND for a folder that does not exist and YAML_SYNTAX for a file that can't be read.
 */
export async function packageTree(directory: string, signal?: AbortSignal): Promise<Branch | undefined> {
  const accepts = (name: string) => name === kptfileName || /\.ya?ml$/.test(name);
  const found = await readPackage(directory, { accepts, ...(signal && { signal }) });
  const resources = new Map<string, ShownResource[]>();
  const shownFiles = new Set<string>();
  for (const file of allFiles(found)) {
    if (file.isLink) continue;
    const shown = resourcesOf(file);
    if (shown.length === 0) continue;
    shownFiles.add(file.path);
    const folder = folderOf(file.path);
    const known = resources.get(folder);
    if (known === undefined) resources.set(folder, shown);
    else for (const each of shown) known.push(each);
  }
  const packages = new Set(
    allPackages(found)
      .filter(({ kptfile }) => kptfile !== undefined)
      .map(({ path }) => path),
  );
  const files = visibleFiles(PackageFolder.open(directory)).filter(path => !shownFiles.has(path));
  return arrange({ resources, packages, files });
}

function resourcesOf(file: PackageFile): ShownResource[] {
  const shown: ShownResource[] = [];
  // The tree of a file is needed once: it isn't kept.
  for (const { root } of file.parse().documents) {
    if (root?.kind !== "map") continue;
    const { apiVersion, kind, name, namespace } = new Resource(root);
    if (kind !== "") shown.push({ file: baseName(file.path), apiVersion, kind, name, namespace });
  }
  return shown;
}

/** Puts resources and files under the nearest folder above them that has a branch. */
export function arrange({ resources, packages, files }: Contents): Branch | undefined {
  if (resources.size === 0) return undefined;
  const branches = new Map<string, Branch>();
  const folders = new Set(["", ...resources.keys()]);
  // In byte order a folder always comes before those inside it.
  for (const path of [...folders].sort(compareBytes)) {
    const branch: Branch = {
      path,
      name: path === "" ? undefined : baseName(path),
      isPackage: packages.has(path),
      resources: [...(resources.get(path) ?? [])].sort(compareResources),
      files: [],
      branches: [],
    };
    branches.set(path, branch);
    if (path !== "") nearest(branches, folderOf(path)).branches.push(branch);
  }
  for (const path of files) {
    const branch = nearest(branches, folderOf(path));
    branch.files.push(branch.path === "" ? path : path.slice(branch.path.length + 1));
  }
  for (const branch of branches.values()) branch.files.sort(compareBytes);
  return branches.get("");
}

function nearest(branches: ReadonlyMap<string, Branch>, folder: string): Branch {
  for (let path = folder; ; path = folderOf(path)) {
    const branch = branches.get(path);
    if (branch !== undefined) return branch;
  }
}

function compareResources(a: ShownResource, b: ShownResource): number {
  return (
    compareBytes(a.file, b.file) ||
    compareBytes(a.namespace ?? "", b.namespace ?? "") ||
    compareBytes(a.name, b.name) ||
    compareBytes(a.kind, b.kind) ||
    compareBytes(a.apiVersion, b.apiVersion)
  );
}

/** All regular files below a folder except Kptfiles and what is hidden by a dot. */
function visibleFiles(folder: PackageFolder): string[] {
  const isHidden = (path: string): boolean => baseName(path).startsWith(".");
  return [...folder.files({ enters: path => !isHidden(path) })].filter(
    path => !isHidden(path) && baseName(path) !== kptfileName,
  );
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
