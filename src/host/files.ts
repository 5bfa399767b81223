import { isUtf8 } from "node:buffer";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { KptError } from "../core/error.ts";
import { errnoOf, ioError } from "./io-error.ts";
import { type Journal, journalName, repair, stagingName } from "./journal.ts";

/** A file to write (`content`) or, without content, to remove. */
export interface FileChange {
  /** Relative to the root, with slashes, already judged to lie inside it. */
  path: string;
  content?: string | Uint8Array;
  /** Permission bits of a new file; an existing file keeps its own unless they are given. */
  mode?: number;
}

/** Reads a text file whole. Throws for what is missing, unreadable or not UTF-8. */
export function readTextFile(path: string, shown = path): string {
  let bytes: Buffer;
  try {
    const status = statSync(path);
    if (status.isCharacterDevice() || status.isBlockDevice()) {
      throw new KptError("IO", `open ${shown}: is a device`);
    }
    bytes = readFileSync(path);
  } catch (error) {
    throw ioError("open", shown, error);
  }
  if (!isUtf8(bytes)) {
    throw new KptError("YAML_SYNTAX", `${shown}: the file is not valid UTF-8`, { place: { file: shown } });
  }
  return bytes.toString("utf8");
}

/**
 * Replaces many files below `root` together or not at all. The new contents are staged in a hidden folder first; a
 * journal written in one step makes the change final, and whoever next opens the folder completes it if this process
 * is killed in between (`repairFiles`). On any error before that point, and on any error while moving, the old files
 * are back when this function throws.
 */
export function replaceFiles(root: string, changes: readonly FileChange[]): void {
  if (changes.length === 0) return;
  const base = realpathSync(root);
  repair(base);
  for (const change of changes) checkTarget(base, change);
  const staging = stage(base, changes);
  let journal: Journal | undefined;
  try {
    journal = plan(base, staging, changes);
    keepOld(base, staging, journal);
    const draft = join(staging, "draft");
    writeFileSync(draft, JSON.stringify(journal), { flush: true });
    renameSync(draft, join(staging, journalName));
    move(base, staging, journal);
  } catch (error) {
    if (journal !== undefined) putBack(base, staging, journal);
    rmSync(staging, { recursive: true, force: true });
    throw ioError("write", root, error);
  }
  rmSync(staging, { recursive: true, force: true });
}

/** Completes or clears away what a killed process left behind in `root`. Cheap when there is nothing. */
export function repairFiles(root: string): void {
  repair(root);
}

/** Writes one file so that readers see the old or the new content, never a part. Makes missing folders. */
export function writeFileAtomically(path: string, content: string | Uint8Array, mode?: number): void {
  const absolute = resolve(path);
  try {
    mkdirSync(dirname(absolute), { recursive: true });
  } catch (error) {
    throw ioError("mkdir", dirname(path), error);
  }
  const target = existsSync(absolute) ? realpathSync(absolute) : absolute;
  const draft = join(dirname(target), `${stagingName()}${Math.random().toString(36).slice(2, 10)}`);
  try {
    writeFileSync(draft, content, { flag: "wx" });
    const bits = mode ?? modeOf(target);
    if (bits !== undefined) chmodSync(draft, bits);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw ioError("write", path, error);
  }
}

/** Makes a folder with these files, all at once: it appears whole or not at all. Its parent must exist or is made. */
export function writeNewFolder(
  path: string,
  files: readonly { path: string; content: string | Uint8Array }[],
): void {
  const target = resolve(path);
  let staging: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    staging = mkdtempSync(join(dirname(target), stagingName()));
    for (const file of files) {
      const at = join(staging, file.path);
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, file.content);
    }
    chmodSync(staging, 0o755);
    renameSync(staging, target);
  } catch (error) {
    if (staging !== undefined) rmSync(staging, { recursive: true, force: true });
    throw ioError("mkdir", path, error);
  }
}

function modeOf(path: string): number | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? undefined : status.mode & 0o7777;
}

/** Finds out before anything is staged what the file system would refuse half-way. */
function checkTarget(base: string, { path, content }: FileChange): void {
  const target = join(base, path);
  if (target !== base && !target.startsWith(base.endsWith(sep) ? base : base + sep)) {
    throw new KptError("PATH_OUTSIDE_PACKAGE", `path ${JSON.stringify(path)} leaves the folder`);
  }
  const status = statSync(target, { throwIfNoEntry: false });
  if (status?.isDirectory()) throw new KptError("IO", `open ${path}: is a directory`);
  if (status !== undefined && !status.isFile()) throw new KptError("IO", `open ${path}: not a regular file`);
  if (content === undefined && status === undefined) return;
  let folder = dirname(target);
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) {
    throw new KptError("IO", `mkdir ${relative(base, dirname(target))}: not a directory`);
  }
  try {
    accessSync(folder, constants.W_OK);
    if (status !== undefined && content !== undefined) accessSync(target, constants.W_OK);
  } catch (error) {
    throw ioError("open", path, error);
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
    rmSync(staging, { recursive: true, force: true });
    throw ioError("write", base, error);
  }
  return staging;
}

function plan(base: string, staging: string, changes: readonly FileChange[]): Journal {
  const { ino, dev } = statSync(staging);
  return {
    ino,
    dev,
    moves: changes.map(({ path, content }) => ({
      path,
      write: content !== undefined,
      old: existsSync(join(base, path)),
      folders: content === undefined ? [] : missingFolders(base, path),
    })),
  };
}

/** The parent folders that have to be made, outermost first. */
function missingFolders(base: string, path: string): string[] {
  const missing: string[] = [];
  let folder = dirname(path);
  while (folder !== "." && !existsSync(join(base, folder))) {
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

function move(base: string, staging: string, journal: Journal): void {
  journal.moves.forEach(({ path, write }, i) => {
    const target = join(base, path);
    if (!write) {
      rmSync(target, { force: true });
      return;
    }
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(staging, `new-${i}`), target);
  });
}

function putBack(base: string, staging: string, journal: Journal): void {
  rmSync(join(staging, journalName), { force: true });
  journal.moves.forEach(({ path, old, folders }, i) => {
    const target = join(base, path);
    if (old) {
      const kept = join(staging, `old-${i}`);
      if (existsSync(kept)) {
        // A rename between two names of one file does nothing, so an untouched target stays as it is.
        renameSync(kept, target);
      }
    } else {
      try {
        if (journal.moves[i]?.write && !existsSync(join(staging, `new-${i}`))) unlinkSync(target);
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") throw error;
      }
    }
    for (const folder of [...folders].reverse()) {
      try {
        rmdirSync(join(base, folder));
      } catch {
        // Not empty, or never made: both are fine.
      }
    }
  });
}
