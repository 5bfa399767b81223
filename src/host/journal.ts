import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { resolveInside } from "./inside.ts";
import { errnoOf, ioError } from "./io-error.ts";
import { clear, isAbandoned, isStaged, isStagedFolder } from "./staging.ts";

/** What a replacement is going to do. It counts from the moment it has the name `journal`. */
export interface Journal {
  /**
   * Number and device of the staging folder. A journal that came with a package (from git, from an archive) can't
   * know them, so it is never obeyed.
   */
  ino: number;
  dev: number;
  /** Whether folders that lose their last file go, too. */
  prunes: boolean;
  moves: Move[];
}

/** One file: it gets the content staged as `new-N`, or goes; what it held before is kept as `old-N`. */
export interface Move {
  path: string;
  write: boolean;
  old: boolean;
  /** Folders that are made for it, outermost first. */
  folders: string[];
}

export const journalName = "journal";
/** The name of a journal whose moves are taken back. */
export const undoName = "undo";

/** Completes replacements whose process died after the journal was written; throws away those that died before. */
export function repair(base: string): void {
  let names: string[];
  try {
    names = readdirSync(base);
  } catch {
    return;
  }
  for (const name of names) {
    if (isStaged(name) && isAbandoned(name)) settle(realpathSync(base), name);
  }
}

function settle(base: string, name: string): void {
  const staging = join(base, name);
  const status = lstatSync(staging, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isDirectory()) {
    if (status.isFile()) clear(staging);
    return;
  }
  for (const [file, act] of [
    [undoName, takeBack],
    [journalName, carryOut],
  ] as const) {
    const journal = readJournal(join(staging, file));
    if (journal === undefined) continue;
    if (journal.ino !== status.ino || journal.dev !== status.dev || !leadsInside(base, journal)) return;
    try {
      act(base, staging, journal);
    } catch (error) {
      throw ioError("complete an interrupted write in", base, error);
    }
    clear(staging);
    return;
  }
  if (isStagedFolder(name) || holdsOnlyStagedFiles(staging)) clear(staging);
}

/** Whether every path still is what it was when it was judged: inside, and with no link on the way. */
function leadsInside(base: string, { moves }: Journal): boolean {
  try {
    return moves.every(({ path }) => resolveInside(base, path) === join(base, path));
  } catch {
    return false;
  }
}

/** Does what a journal says. What is done already is not done again, so it may be called as often as one likes. */
export function carryOut(base: string, staging: string, { moves, prunes }: Journal): void {
  for (const { path, write } of moves) if (!write) removeFile(join(base, path));
  const written = new Set(moves.filter(({ write }) => write).map(({ path }) => path));
  const emptied = emptiedFolders(moves);
  // A file may take the place of a folder that has lost all its files.
  for (const folder of emptied) if (isAtOrBelow(folder, written)) makeWay(join(base, folder));
  moves.forEach(({ path, write }, i) => {
    const staged = join(staging, `new-${i}`);
    if (!write || !existsSync(staged)) return;
    mkdirSync(dirname(join(base, path)), { recursive: true });
    renameSync(staged, join(base, path));
  });
  if (prunes) for (const folder of emptied) removeEmpty(join(base, folder));
}

/** Brings back what was there before; nothing that has not been moved is touched. */
export function takeBack(base: string, staging: string, { moves }: Journal): void {
  moves.forEach(({ path, write, old }, i) => {
    if (write && !old && !existsSync(join(staging, `new-${i}`))) removeFile(join(base, path));
  });
  for (const { folders } of moves) {
    for (const folder of [...folders].reverse()) removeEmpty(join(base, folder));
  }
  moves.forEach(({ path, old }, i) => {
    const kept = join(staging, `old-${i}`);
    if (!old || !existsSync(kept)) return;
    mkdirSync(dirname(join(base, path)), { recursive: true });
    // A rename between two names of one file does nothing, so an untouched target stays as it is.
    renameSync(kept, join(base, path));
  });
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return;
    // The folder that took its place.
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    throw error;
  }
}

function makeWay(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    // Gone already, or the file has taken its place.
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw error;
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not empty, or never made: both are fine.
  }
}

/** The folders of removed files and those above them, deepest first. */
function emptiedFolders(moves: readonly Move[]): string[] {
  const folders = new Set<string>();
  for (const { path, write } of moves) {
    if (write) continue;
    for (let at = dirname(path); at !== "." && !folders.has(at); at = dirname(at)) folders.add(at);
  }
  return [...folders].sort((a, b) => b.split("/").length - a.split("/").length);
}

function isAtOrBelow(path: string, places: ReadonlySet<string>): boolean {
  for (let at = path; at !== "."; at = dirname(at)) if (places.has(at)) return true;
  return false;
}

function holdsOnlyStagedFiles(staging: string): boolean {
  return readdirSync(staging).every(name => /^(new|old)-\d+$|^draft$/.test(name));
}

function readJournal(file: string): Journal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
  return isJournal(value) ? value : undefined;
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== "object" || value === null) return false;
  if (!("ino" in value && "dev" in value && "moves" in value && "prunes" in value)) return false;
  const { ino, dev, prunes, moves } = value;
  return (
    typeof ino === "number" &&
    typeof dev === "number" &&
    typeof prunes === "boolean" &&
    Array.isArray(moves) &&
    moves.every(isMove)
  );
}

function isMove(value: unknown): value is Move {
  if (typeof value !== "object" || value === null) return false;
  if (!("path" in value && "write" in value && "old" in value && "folders" in value)) return false;
  const { path, write, old, folders } = value;
  return (
    typeof path === "string" &&
    typeof write === "boolean" &&
    typeof old === "boolean" &&
    Array.isArray(folders) &&
    folders.every(folder => typeof folder === "string" && `${path}/`.startsWith(`${folder}/`))
  );
}
