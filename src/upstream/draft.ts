import { join } from "node:path";
import { KptError } from "../core/error.ts";
import { inFolder, kptfileName, PackageFolder } from "../package/folder.ts";
import { type Kptfile, parseKptfile } from "../package/kptfile.ts";
import { type PackageChange, writeChanges } from "../package/write.ts";
import type { UpstreamFile } from "./fetch.ts";

/** Files of one version of a package: path below its folder → file. */
export type FileMap = ReadonlyMap<string, UpstreamFile>;

/**
 * A package as it is to become: read once, changed in memory, written in one step. Until then the disk stays as it
 * was, so whatever fails leaves no trace.
 */
export class Draft {
  readonly directory: string;
  readonly #before: FileMap;
  readonly #files: Map<string, UpstreamFile>;
  /** Links, pipes and devices: never opened, never replaced. */
  readonly #blocked: ReadonlySet<string>;

  constructor(directory: string, files: FileMap, blocked: ReadonlySet<string>) {
    this.directory = directory;
    this.#before = files;
    this.#files = new Map(files);
    this.#blocked = blocked;
  }

  /** All files by path, for those who change many of them. */
  get files(): Map<string, UpstreamFile> {
    return this.#files;
  }

  get(path: string): UpstreamFile | undefined {
    return this.#files.get(path);
  }

  /** The files below a folder, by their paths below it. */
  below(folder: string): Map<string, UpstreamFile> {
    return filesBelow(this.#files, folder);
  }

  write(path: string, content: Uint8Array | string, executable?: boolean): void {
    const buffer = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
    const present = this.#files.get(path);
    this.#files.set(path, { path, content: buffer, executable: executable ?? present?.executable ?? false });
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  /** Whether something that is no file stands at the path or above it. */
  isBlocked(path: string): boolean {
    if (this.#blocked.size === 0) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.#blocked.has(path.slice(0, end))) return true;
    }
    return false;
  }

  kptfile(folder: string): Kptfile | undefined {
    const file = this.#files.get(inFolder(folder, kptfileName));
    return file && parseKptfile(file.content, join(this.directory, folder));
  }

  changes(): PackageChange[] {
    const changes: PackageChange[] = [];
    for (const [path, { content, executable }] of this.#files) {
      const before = this.#before.get(path);
      if (before?.content.equals(content) && before.executable === executable) continue;
      const mode = executable ? 0o755 : 0o644;
      changes.push({
        path,
        content,
        ...(before === undefined || before.executable !== executable ? { mode } : {}),
      });
    }
    for (const path of this.#before.keys()) {
      if (!this.#files.has(path)) changes.push({ path, content: undefined });
    }
    return changes;
  }

  /** Refuses a result in which the same path is a file and a folder. */
  checkShape(): void {
    const folders = foldersOf([...this.#files.keys(), ...this.#blocked]);
    for (const path of this.#files.keys()) {
      if (folders.has(path)) throw misshapen(path, this.#before.has(path) ? "file" : "folder");
    }
  }

  /** Writes all changes together or not at all, and removes the folders that they left empty. */
  commit(): void {
    const changes = this.changes();
    if (changes.length === 0) return;
    writeChanges(this.directory, changes, { prunes: true });
  }
}

function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let at = parentOf(path); at !== "" && !folders.has(at); at = parentOf(at)) folders.add(at);
  }
  return folders;
}

function misshapen(path: string, here: "file" | "folder"): KptError {
  const there = here === "file" ? "folder" : "file";
  return new KptError("MERGE_CONFLICT", `${JSON.stringify(path)} is a ${here} here and a ${there} upstream`, {
    label: "Error",
    place: { file: path },
    hint: `move or remove the ${here}, then update again`,
  });
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function filesBelow(files: FileMap, folder: string): Map<string, UpstreamFile> {
  if (folder === "") return new Map(files);
  const found = new Map<string, UpstreamFile>();
  const prefix = `${folder}/`;
  for (const [path, file] of files) {
    if (path.startsWith(prefix)) found.set(path.slice(prefix.length), file);
  }
  return found;
}

/** Reads a package with everything below it. */
export async function readDraft(directory: string, signal: AbortSignal): Promise<Draft> {
  const files = new Map<string, UpstreamFile>();
  const blocked = new Set<string>();
  const folder = PackageFolder.open(directory);
  for (const path of folder.files({ meets: path => blocked.add(path) })) {
    if (files.size % 256 === 0) await new Promise<void>(resolve => setImmediate(resolve));
    if (signal.aborted) throw new KptError("ABORTED", "interrupted");
    files.set(path, { path, ...folder.read(path) });
  }
  return new Draft(directory, files, blocked);
}
