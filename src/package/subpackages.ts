import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ioError } from "../host/io-error.ts";
import { stagingPrefix } from "../host/journal.ts";
import { compareBytes } from "./paths.ts";

export interface SubpackageOptions {
  /** Also the subpackages of subpackages. */
  nested?: boolean;
}

/**
 * Folders below `directory` that have a Kptfile of their own, as paths with slashes in byte order; the folder itself is
 * not among them. Links are not followed, `.git` is not entered, files are not opened.
 */
export function findSubpackages(directory: string, options: SubpackageOptions = {}): string[] {
  const found: string[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of foldersIn(join(directory, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const isPackage =
        statSync(join(directory, path, "Kptfile"), { throwIfNoEntry: false })?.isFile() ?? false;
      if (isPackage) found.push(path);
      if (!isPackage || options.nested) pending.push(path);
    }
  }
  return found.sort(compareBytes);
}

function foldersIn(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).filter(
      entry => entry.isDirectory() && entry.name !== ".git" && !entry.name.startsWith(stagingPrefix),
    );
  } catch (error) {
    throw ioError("open", directory, error);
  }
}

/** Whether a folder is a package: it has a Kptfile. */
export function isPackage(directory: string): boolean {
  return statSync(join(directory, "Kptfile"), { throwIfNoEntry: false })?.isFile() ?? false;
}
