import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { KptError } from "../core/error.ts";
import { ioError } from "../host/io-error.ts";
import { isStaged } from "../host/staging.ts";
import { readKptfile } from "../package/kptfile.ts";
import { compareBytes } from "../package/paths.ts";
import { kptfileName } from "../package/read.ts";
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
  const pending = [""];
  for (let folder = pending.shift(); folder !== undefined; folder = pending.shift()) {
    const absolute = join(directory, folder);
    if (signal.aborted) throw new KptError("ABORTED", "interrupted");
    await new Promise(resolve => setImmediate(resolve));
    for (const entry of entriesOf(absolute)) {
      if (entry.name === ".git" || isStaged(entry.name)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isRemotePackage(join(absolute, entry.name))) pending.push(path);
      } else if (entry.isFile()) {
        files.set(path, readFile(join(directory, path), path));
      }
    }
  }
  return files;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => compareBytes(a.name, b.name));
  } catch (error) {
    throw ioError("open", folder, error);
  }
}

function readFile(absolute: string, path: string): UpstreamFile {
  try {
    const executable = (statSync(absolute).mode & 0o100) !== 0;
    return { path, content: readFileSync(absolute), executable };
  } catch (error) {
    throw ioError("open", path, error);
  }
}

function isRemotePackage(folder: string): boolean {
  const status = statSync(join(folder, kptfileName), { throwIfNoEntry: false });
  return status?.isFile() === true && readKptfile(folder).upstream !== undefined;
}
