import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { ioError } from "../host/io-error.ts";
import { isStaged } from "../host/staging.ts";
import { compareBytes } from "./paths.ts";
import { kptfileName } from "./read.ts";

/**
 * The regular files below a folder, as paths with slashes: first those of the package itself in the order of a
 * walk, then those of each subpackage the same way. Hidden and ignored files are among them, links and git's
 * own are not.
 */
export function packageFiles(directory: string, { recurse }: { recurse: boolean }): string[] {
  const found: string[] = [];
  const packages = [""];
  for (let current = packages.shift(); current !== undefined; current = packages.shift()) {
    const { files, subpackages } = filesOfPackage(directory, current);
    for (const file of files) found.push(file);
    if (recurse) packages.unshift(...subpackages);
  }
  return found;
}

function filesOfPackage(directory: string, root: string): { files: string[]; subpackages: string[] } {
  const files: string[] = [];
  const subpackages: string[] = [];
  const stack = [{ folder: root, entries: entriesOf(directory, root), next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const entry = top.entries[top.next++];
    if (entry === undefined) {
      stack.pop();
      continue;
    }
    if (entry.name === ".git" || isStaged(entry.name)) continue;
    const path = top.folder === "" ? entry.name : `${top.folder}/${entry.name}`;
    if (entry.isFile()) files.push(path);
    if (!entry.isDirectory()) continue;
    const entries = entriesOf(directory, path);
    if (entries.some(each => each.name === kptfileName && each.isFile())) subpackages.push(path);
    else stack.push({ folder: path, entries, next: 0 });
  }
  return { files, subpackages: subpackages.sort(compareBytes) };
}

function entriesOf(directory: string, folder: string): Dirent[] {
  try {
    return readdirSync(join(directory, folder), { withFileTypes: true }).sort((a, b) =>
      compareBytes(a.name, b.name),
    );
  } catch (error) {
    throw ioError("open", join(directory, folder), error);
  }
}
