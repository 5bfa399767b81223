import { join } from "node:path";
import { KptError } from "../core/error.ts";
import { kptfileName, PackageFolder } from "../package/folder.ts";
import { readKptfile } from "../package/kptfile.ts";
import type { UpstreamFile } from "./fetch.ts";

/**
 * Reads the files of a package and its local subpackages; subpackages with an upstream of their own are left out.
 * Links, pipes and devices are not opened, `.git` is not entered.
 */
export async function readLocalFiles(
  directory: string,
  signal: AbortSignal,
): Promise<Map<string, UpstreamFile>> {
  const files = new Map<string, UpstreamFile>();
  const folder = PackageFolder.open(directory);
  const isRemote = (path: string): boolean =>
    folder.whatIsAt(`${path}/${kptfileName}`) === "file" &&
    readKptfile(join(directory, path)).upstream !== undefined;
  for (const path of folder.files({ enters: path => !isRemote(path) })) {
    if (files.size % 256 === 0) await new Promise<void>(resolve => setImmediate(resolve));
    if (signal.aborted) throw new KptError("ABORTED", "interrupted");
    files.set(path, { path, ...folder.read(path) });
  }
  return files;
}
