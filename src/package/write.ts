import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { KptError } from "../core/error.ts";
import { type FileChange, replaceFiles } from "../host/files.ts";
import { resolveInside } from "./paths.ts";

/** New content of a file below a package, or no content: the file goes away. */
export interface PackageChange {
  path: string;
  content: string | Uint8Array | undefined;
  /** Permission bits for a file that is new. */
  mode?: number;
}

/**
 * Makes the changes on disk, together or not at all. Every path is judged, links are followed only where they stay
 * inside `directory`. Missing folders are made; folders that become empty stay.
 */
export function writeChanges(directory: string, changes: readonly PackageChange[]): void {
  const root = realpathSync(directory);
  const resolved = new Map<string, FileChange>();
  for (const { path, content, mode } of changes) {
    const target = relative(root, resolveInside(root, path)).split(sep).join("/");
    const other = resolved.get(target);
    if (other !== undefined && other.content !== content) {
      throw new KptError(
        "IO",
        `${path}: a link to ${target}, which would get other content at the same time`,
      );
    }
    resolved.set(target, {
      path: target,
      ...(content === undefined ? {} : { content }),
      ...(mode === undefined ? {} : { mode }),
    });
  }
  replaceFiles(root, [...resolved.values()]);
}
