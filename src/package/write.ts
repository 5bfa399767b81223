import { type FileChange, replaceFiles } from "../host/replace.ts";

/** New content of a file below a package, or no content: the file goes away. */
export type PackageChange = FileChange;

/**
 * Makes the changes on disk, together or not at all. Every path is judged, links are followed only where they stay
 * inside `directory`. Missing folders are made; folders that become empty stay unless `prunes` is set.
 */
export function writeChanges(
  directory: string,
  changes: readonly PackageChange[],
  options: { prunes?: boolean } = {},
): void {
  replaceFiles(directory, changes, options);
}
