import { chmodSync, lstatSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { makeFolder } from "./folder.ts";
import { judgePath } from "./inside.ts";
import { errnoOf, ioError } from "./io-error.ts";
import { clear, clearStagedFolders, stagedFolderName } from "./staging.ts";

export interface NewFile {
  /** Below the new folder, with slashes. */
  path: string;
  content: string | Uint8Array;
  mode?: number;
}

/**
 * Makes a folder with these files: it appears whole or not at all. Every path is judged; the folders above that are
 * missing are made. What killed processes have left beside it is cleared away.
 */
export async function writeNewFolder(
  path: string,
  files: readonly NewFile[],
  { mode = 0o755, signal }: { mode?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const target = resolve(path);
  let staging: string;
  try {
    makeFolder(dirname(target));
    clearStagedFolders(dirname(target));
    staging = mkdtempSync(join(dirname(target), stagedFolderName()));
  } catch (error) {
    throw ioError("mkdir", path, error);
  }
  try {
    await fillFolder(staging, files, signal);
    chmodSync(staging, mode);
    // A rename would replace an empty folder without a word.
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
      throw new KptError("ALREADY_EXISTS", `destination directory "${path}" already exists`, {
        label: "Error",
      });
    }
    renameSync(staging, target);
  } catch (error) {
    clear(staging);
    throw ioError("write", path, error, { label: "Error" });
  }
}

/**
 * Writes files into a folder that only we know of, so that no link can lie in the way.
 * Two names that the file system takes for one are an error, not a silent loss.
 */
export async function fillFolder(
  folder: string,
  files: readonly NewFile[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const made = new Set<string>();
  let count = 0;
  for (const { path, content, mode } of files) {
    const target = join(folder, judgePath(path));
    if (!made.has(dirname(target))) {
      mkdirSync(dirname(target), { recursive: true });
      made.add(dirname(target));
    }
    try {
      writeFileSync(target, content, { flag: "wx", ...(mode === undefined ? {} : { mode }) });
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
      throw new KptError(
        "UPSTREAM_INVALID",
        `the package holds ${JSON.stringify(path)} under two spellings, which this file system can't tell apart`,
        { label: "Error" },
      );
    }
    if (++count % 500 === 0) {
      await new Promise<void>(done => setImmediate(done));
      if (signal?.aborted) throw new KptError("ABORTED", "interrupted");
    }
  }
}
