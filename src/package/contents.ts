import { kptfileName, type PackageFolder } from "./folder.ts";
import { compareBytes } from "./paths.ts";

/**
 * The regular files below a folder, as paths with slashes: first those of the package itself in the order of a
 * walk, then those of each subpackage the same way. Hidden and ignored files are among them, links and git's
 * own are not.
 */
export function packageFiles(folder: PackageFolder, { recurse }: { recurse: boolean }): string[] {
  const found: string[] = [];
  const packages = [""];
  for (let current = packages.shift(); current !== undefined; current = packages.shift()) {
    const subpackages: string[] = [];
    const enters = (path: string): boolean => {
      const isPackage = folder.entries(path).some(entry => entry.name === kptfileName && entry.isFile());
      if (isPackage) subpackages.push(path);
      return !isPackage;
    };
    for (const path of folder.files({ below: current, enters })) found.push(path);
    if (recurse) packages.unshift(...subpackages.sort(compareBytes));
  }
  return found;
}
