import { lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { repairFiles } from "../host/replace.ts";
import { statusOf } from "../host/status-of.ts";
import type { PackageAddress } from "./locate.ts";

export interface Destination {
  /** Absolute. Doesn't exist yet, or is the empty folder in which the user stands. */
  folder: string;
  /** What the user should know about how it was found. */
  warning?: string;
}

/** Where a package goes, given what the user typed (if anything). */
export function chooseDestination(
  typed: string | undefined,
  address: Pick<PackageAddress, "repo" | "directory">,
  cwd: string,
): Destination {
  const name = nameOf(address);
  if (typed === undefined) return { folder: free(resolve(cwd, name), name) };
  const target = resolve(cwd, typed);
  if (target === resolve(cwd)) {
    repairFiles(cwd);
    if (readdirSync(cwd).length > 0) throw exists("destination directory already exists");
    return { folder: target };
  }
  const status = statusOf(target);
  const shown = relative(cwd, target).startsWith("..") ? target : relative(cwd, target);
  if (status === undefined) return { folder: inParent(target, shown) };
  if (!status.isDirectory()) {
    throw new KptError("ALREADY_EXISTS", "LOCAL_PKG_DEST must be a directory", { label: "Error" });
  }
  if (!lstatSync(target).isSymbolicLink()) return { folder: free(join(target, name), join(shown, name)) };
  const real = realpathSync(target);
  return {
    folder: free(join(real, name), join(shown, name)),
    warning: resolvedLink(typed, readlinkSync(target)),
  };
}

/** A package argument that is a link is followed; the user is told. */
function resolvedLink(link: string, target: string): string {
  return (
    `[WARN] resolved symlink ${JSON.stringify(link)} to ${JSON.stringify(target)}, ` +
    "please note that the symlinks within the package are ignored"
  );
}

function nameOf({ repo, directory }: Pick<PackageAddress, "repo" | "directory">): string {
  const name = basename(directory === "/" ? repo.replace(/\/+$/, "").replace(/^.*[:/]/, "") : directory);
  return name.replace(/\.git$/, "") || "package";
}

function inParent(target: string, shown: string): string {
  const parent = statusOf(dirname(target));
  const name = dirname(shown);
  if (parent === undefined) {
    throw new KptError("NOT_FOUND", `parent directory "${name}" does not exist`, { label: "Error" });
  }
  if (!parent.isDirectory()) {
    throw new KptError("IO", `parent directory "${name}" is not a directory`, { label: "Error" });
  }
  if (lstatSync(target, { throwIfNoEntry: false })) {
    throw exists(`destination "${shown}" is a link that leads nowhere`);
  }
  return target;
}

function free(folder: string, shown: string): string {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return folder;
  throw exists(`destination directory "${shown}" already exists`);
}

function exists(message: string): KptError {
  return new KptError("ALREADY_EXISTS", message, { label: "Error" });
}
