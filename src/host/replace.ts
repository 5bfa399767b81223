import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { KptError } from "../core/error.ts";
import { resolveInside } from "./inside.ts";
import { errnoOf, ioError, reasonOf } from "./io-error.ts";
import { carryOut, type Journal, journalName, repair, takeBack, undoName } from "./journal.ts";
import { clear, stagingName } from "./staging.ts";

/** A file to write, or without content to remove. */
export interface FileChange {
  /** Below the root, with slashes. */
  path: string;
  content: string | Uint8Array | undefined;
  /** Permission bits of a new file; an existing file keeps its own unless they are given. */
  mode?: number;
}

/**
 * Replaces many files below `root` together or not at all. Every path is judged, links are followed only where they
 * stay inside. The new contents are staged in a hidden folder first; a journal written in one step makes the change
 * final, and whoever next opens the folder completes it if this process is killed in between (`repairFiles`). On any
 * error before that point, and on any error while moving, the old files are back when this function throws.
 * Folders that lose their last file stay, unless `prunes` is set; then a file may take the place of one.
 */
export function replaceFiles(
  root: string,
  changes: readonly FileChange[],
  { prunes = false }: { prunes?: boolean } = {},
): void {
  if (changes.length === 0) return;
  const base = realpathSync(root);
  repair(base);
  const resolved = resolveAll(base, changes);
  const removed = new Set(resolved.filter(({ content }) => content === undefined).map(({ path }) => path));
  for (const change of resolved) checkTarget(base, change, prunes ? removed : new Set());
  const staging = stage(base, resolved);
  try {
    const journal = plan(base, staging, resolved, prunes);
    keepOld(base, staging, journal);
    writeFileSync(join(staging, "draft"), JSON.stringify(journal), { flush: true });
    renameSync(join(staging, "draft"), join(staging, journalName));
    moveOrTakeBack(base, staging, journal);
  } catch (error) {
    if (!existsSync(join(staging, undoName))) clear(staging);
    throw ioError("write", root, error);
  }
  clear(staging);
}

/** Completes or clears away what a killed process left behind in `root`. Cheap when there is nothing. */
export function repairFiles(root: string): void {
  repair(root);
}

/** Where each change really goes, links followed. Two names of one file may not ask for different contents. */
function resolveAll(base: string, changes: readonly FileChange[]): FileChange[] {
  const resolved = new Map<string, FileChange>();
  for (const change of changes) {
    const path = relative(base, resolveInside(base, change.path)).split(sep).join("/");
    const other = resolved.get(path);
    if (other !== undefined && other.content !== change.content) {
      throw new KptError(
        "IO",
        `${change.path}: a link to ${path}, which would get other content at the same time`,
      );
    }
    resolved.set(path, { ...change, path });
  }
  return [...resolved.values()];
}

/** Finds out before anything is staged what the file system would refuse half-way. */
function checkTarget(base: string, { path, content }: FileChange, removed: ReadonlySet<string>): void {
  const target = join(base, path);
  const status = statusOf(target);
  if (status?.isDirectory() && (content === undefined || !losesAll(base, path, removed))) {
    throw new KptError("IO", `open ${path}: is a directory`);
  }
  if (status !== undefined && !status.isDirectory() && !status.isFile()) {
    throw new KptError("IO", `open ${path}: not a regular file`);
  }
  if (content === undefined && status === undefined) return;
  let folder = dirname(path);
  while (folder !== "." && (removed.has(folder) || statusOf(join(base, folder)) === undefined)) {
    folder = dirname(folder);
  }
  if (!statusOf(join(base, folder))?.isDirectory()) {
    throw new KptError("IO", `mkdir ${dirname(path)}: not a directory`);
  }
  try {
    accessSync(join(base, folder), constants.W_OK);
    if (status?.isFile() && content !== undefined) accessSync(target, constants.W_OK);
  } catch (error) {
    throw ioError("open", path, error);
  }
}

/** Whether a folder holds nothing but files that are removed. */
function losesAll(base: string, folder: string, removed: ReadonlySet<string>): boolean {
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const entries = readdirSync(join(base, at), { withFileTypes: true });
    // An empty folder has no file whose removal would take it along.
    if (entries.length === 0) return false;
    for (const entry of entries) {
      const path = `${at}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (!removed.has(path)) return false;
    }
  }
  return true;
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw ioError("lstat", path, error);
  }
}

function stage(base: string, changes: readonly FileChange[]): string {
  let staging: string;
  try {
    staging = mkdtempSync(join(base, stagingName()));
  } catch (error) {
    throw ioError("open", base, error);
  }
  try {
    changes.forEach(({ path, content, mode }, i) => {
      if (content === undefined) return;
      const file = join(staging, `new-${i}`);
      writeFileSync(file, content);
      const bits = mode ?? modeOf(join(base, path));
      if (bits !== undefined) chmodSync(file, bits);
    });
  } catch (error) {
    clear(staging);
    throw ioError("write", base, error);
  }
  return staging;
}

function modeOf(path: string): number | undefined {
  const status = statusOf(path);
  return status?.isFile() ? status.mode & 0o7777 : undefined;
}

function plan(base: string, staging: string, changes: readonly FileChange[], prunes: boolean): Journal {
  const { ino, dev } = statSync(staging);
  return {
    ino,
    dev,
    prunes,
    moves: changes.map(({ path, content }) => ({
      path,
      write: content !== undefined,
      old: statusOf(join(base, path))?.isFile() ?? false,
      folders: content === undefined ? [] : missingFolders(base, path),
    })),
  };
}

/** The parent folders that have to be made, outermost first. */
function missingFolders(base: string, path: string): string[] {
  const missing: string[] = [];
  let folder = dirname(path);
  while (folder !== "." && !statusOf(join(base, folder))?.isDirectory()) {
    missing.unshift(folder);
    folder = dirname(folder);
  }
  return missing;
}

function keepOld(base: string, staging: string, journal: Journal): void {
  journal.moves.forEach(({ path, old }, i) => {
    if (!old) return;
    const kept = join(staging, `old-${i}`);
    try {
      linkSync(join(base, path), kept);
    } catch {
      copyFileSync(join(base, path), kept);
    }
  });
}

function moveOrTakeBack(base: string, staging: string, journal: Journal): void {
  try {
    carryOut(base, staging, journal);
  } catch (error) {
    renameSync(join(staging, journalName), join(staging, undoName));
    try {
      takeBack(base, staging, journal);
    } catch (second) {
      throw new KptError(
        "IO",
        `write ${base}: ${reasonOf(error)}; the old files couldn't be put back (${reasonOf(second)}): they are in ${staging}`,
        { cause: error },
      );
    }
    rmSync(join(staging, undoName));
    throw error;
  }
}
