import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";

/** Hidden, so that nobody takes the folder for content; readers of packages leave it out. */
export const stagingPrefix = ".kpt-staged-";
export const journalName = "journal";

/** What a replacement is going to do. It counts from the moment it has its final name. */
export interface Journal {
  /**
   * Number and device of the staging folder. A journal that came with a package (from git, from an archive) can't
   * know them, so it is never obeyed.
   */
  ino: number;
  dev: number;
  moves: { path: string; write: boolean; old: boolean; folders: string[] }[];
}

/** How staged files and folders of this process are named: whose they are must be known without opening them. */
export function stagingName(): string {
  return `${stagingPrefix}${process.pid}-${startOf(process.pid)}-`;
}

/** When a process started, in the kernel's own count; tells a reused process id apart. Empty where unknown. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isRunning(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return startOf(pid) === started;
}

/** Completes replacements whose process died after the journal was written; throws away those that died before. */
export function repair(base: string): void {
  let names: string[];
  try {
    names = readdirSync(base);
  } catch {
    return;
  }
  for (const name of names) {
    if (name.startsWith(stagingPrefix)) settle(base, join(base, name));
  }
}

function settle(base: string, staging: string): void {
  const owner = new RegExp(`^\\${stagingPrefix}(\\d+)-(\\d*)-`).exec(basename(staging));
  const status = lstatSync(staging, { throwIfNoEntry: false });
  if (owner === null || status === undefined || isRunning(Number(owner[1]), owner[2] ?? "")) return;
  if (!status.isDirectory()) {
    if (status.isFile()) rmSync(staging, { force: true });
    return;
  }
  const journal = readJournal(join(staging, journalName));
  if (journal === undefined) {
    if (holdsOnlyStagedFiles(staging)) rmSync(staging, { recursive: true, force: true });
    return;
  }
  if (journal.ino !== status.ino || journal.dev !== status.dev) return;
  for (const [i, { path, write }] of journal.moves.entries()) {
    const target = join(base, path);
    if (!target.startsWith(base.endsWith(sep) ? base : base + sep)) continue;
    const staged = join(staging, `new-${i}`);
    if (!write) rmSync(target, { force: true });
    else if (existsSync(staged)) {
      mkdirSync(dirname(target), { recursive: true });
      renameSync(staged, target);
    }
  }
  rmSync(staging, { recursive: true, force: true });
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
  if (!("ino" in value && "dev" in value && "moves" in value)) return false;
  const { ino, dev, moves } = value;
  return (
    typeof ino === "number" &&
    typeof dev === "number" &&
    Array.isArray(moves) &&
    moves.every(
      (move: unknown) =>
        typeof move === "object" &&
        move !== null &&
        "path" in move &&
        typeof move.path === "string" &&
        "write" in move &&
        typeof move.write === "boolean",
    )
  );
}
