import { kptfileName } from "../package/folder.ts";
import { type Kptfile, parseKptfile } from "../package/kptfile.ts";
import { compareBytes } from "../package/paths.ts";
import type { FileMap } from "./draft.ts";
import type { UpstreamFile } from "./fetch.ts";

const read = new WeakMap<Buffer, Kptfile>();

/** Reads a Kptfile for looking only: the same text is parsed once. */
export function peekKptfile(files: FileMap, folder: string, shown: string): Kptfile | undefined {
  const file = files.get(folder === "" ? kptfileName : `${folder}/${kptfileName}`);
  if (file === undefined) return undefined;
  const known = read.get(file.content);
  if (known !== undefined) return known;
  const kptfile = parseKptfile(file.content, shown);
  read.set(file.content, kptfile);
  return kptfile;
}

/** Folders of all packages below, by path. */
export function packageFolders(files: FileMap): string[] {
  const suffix = `/${kptfileName}`;
  return [...files.keys()]
    .filter(path => path.endsWith(suffix))
    .map(path => path.slice(0, -suffix.length))
    .sort(compareBytes);
}

/** Folders below that have an upstream of their own and lie in no other such folder. */
export function remoteFolders(files: FileMap, shown: string): string[] {
  const found = new Set<string>();
  for (const folder of packageFolders(files)) {
    if (isInside(folder, found)) continue;
    if (peekKptfile(files, folder, `${shown}/${folder}`)?.upstream !== undefined) found.add(folder);
  }
  return [...found];
}

/** Whether a path lies in one of the folders. */
export function isInside(path: string, folders: ReadonlySet<string>): boolean {
  for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
    if (folders.has(path.slice(0, end))) return true;
  }
  return false;
}

/** The files that lie in none of the folders. */
export function without(files: FileMap, folders: readonly string[]): Map<string, UpstreamFile> {
  const inside = new Set(folders);
  const result = new Map(files);
  if (inside.size === 0) return result;
  for (const path of files.keys()) if (isInside(path, inside)) result.delete(path);
  return result;
}
