import { lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { KptError } from "../../../core/error.ts";

export interface Located {
  /** Absolute, links of the argument itself resolved. */
  absolute: string;
  isFolder: boolean;
  /** As messages and error chains name it: relative to the working folder. */
  shown: string;
}

/**
 * The folder or file that an argument names. A link is resolved, and the user told, because links inside a package are not
 * followed. `showAbsolute` is how `source` names paths.
 */
export function locate(
  argument: string,
  cwd: string,
  warn: (message: string) => void,
  showAbsolute = false,
): Located {
  const asShown = (path: string) => (showAbsolute ? resolve(cwd, path) : path);
  let path = argument;
  for (let hops = 0; hops <= 40; hops++) {
    const status = lstatSync(resolve(cwd, path), { throwIfNoEntry: false });
    if (status === undefined || hops === 40) {
      throw new KptError("NOT_FOUND", `lstat ${asShown(argument)}: no such file or directory`);
    }
    if (!status.isSymbolicLink() || path.endsWith("/")) break;
    const target = readlinkSync(resolve(cwd, path));
    path = (isAbsolute(target) ? target : join(dirname(path), target)).replace(/(?<=.)\/+$/, "");
  }
  if (path !== argument) {
    warn(
      `resolved symlink ${JSON.stringify(asShown(argument))} to ${JSON.stringify(asShown(path))}, please note that the symlinks within the package are ignored`,
    );
  }
  const absolute = resolve(cwd, path);
  const below = relative(cwd, absolute) || ".";
  return {
    absolute,
    isFolder: statSync(absolute).isDirectory(),
    shown: below.startsWith("..") ? absolute : below,
  };
}
