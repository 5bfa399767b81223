import { isUtf8 } from "node:buffer";
import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { KptError } from "../core/error.ts";
import { judgePath, resolveInside, touchesGit } from "../host/inside.ts";
import { errnoOf, ioError } from "../host/io-error.ts";
import { repairFiles } from "../host/replace.ts";
import { isStaged } from "../host/staging.ts";
import { compareBytes } from "./paths.ts";

export const kptfileName = "Kptfile";

/** A regular file as it is on disk. */
export interface FileOnDisk {
  content: Buffer;
  executable: boolean;
}

export interface Walk {
  /** The folder to begin at. */
  below?: string;
  /** Says no to folders that are left out. */
  enters?: (folder: string) => boolean;
  /** Told of links, pipes and whatever else is neither a folder nor a regular file. */
  meets?: (path: string) => void;
}

/**
 * A folder that holds a package. All that kpt reads of packages passes here, so this is where it is decided what may
 * be opened: regular files below the folder, links only where they lead to such a file, nothing of git's own and
 * nothing that is half written. Opening the folder completes what a killed process left of a write.
 */
export class PackageFolder {
  /** Absolute. */
  readonly directory: string;
  /** Folders that a walk has found to be no links. */
  readonly #walked = new Set([""]);

  private constructor(directory: string) {
    this.directory = directory;
  }

  static open(directory: string): PackageFolder {
    for (const folder of [directory, ...packagesAround(directory)]) repairFiles(folder);
    return new PackageFolder(directory);
  }

  /** What is in a folder, in byte order of the names. */
  entries(folder: string): Dirent[] {
    const absolute = this.#walked.has(folder)
      ? join(this.directory, folder)
      : resolveInside(this.directory, folder);
    let all = this.#list(absolute, folder);
    if (all.some(({ name }) => isStaged(name))) {
      repairFiles(absolute);
      all = this.#list(absolute, folder);
    }
    const visible = all.filter(({ name }) => !touchesGit(name) && !isStaged(name));
    for (const entry of visible) if (entry.isDirectory()) this.#walked.add(inFolder(folder, entry.name));
    return visible.sort((a, b) => compareBytes(a.name, b.name));
  }

  #list(absolute: string, folder: string): Dirent[] {
    try {
      return readdirSync(absolute, { withFileTypes: true });
    } catch (error) {
      throw ioError("open", folder === "" ? this.directory : folder, error);
    }
  }

  /** What is at a path, links followed: a regular file, nothing that can be read, or something outside. */
  whatIsAt(path: string): "file" | "nothing" | "outside" {
    try {
      const status = statSync(resolveInside(this.directory, path), { throwIfNoEntry: false });
      return status?.isFile() ? "file" : "nothing";
    } catch (error) {
      if (error instanceof KptError && error.code === "PATH_OUTSIDE_PACKAGE") return "outside";
      if (errnoOf(error) === "ENOTDIR") return "nothing";
      throw ioError("stat", path, error);
    }
  }

  /** Reads a regular file that is no link. */
  readOwn(path: string): FileOnDisk {
    return this.#open(join(this.directory, judgePath(path)), path);
  }

  /** Reads a regular file. What a link leads to is read only if the link stays inside. */
  read(path: string): FileOnDisk {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (!this.#walked.has(parent)) return this.#open(resolveInside(this.directory, path), path);
    try {
      return this.#open(join(this.directory, path), path);
    } catch (error) {
      if (!(error instanceof KptError) || errnoOf(error.cause) !== "ELOOP") throw error;
      return this.#open(resolveInside(this.directory, path), path);
    }
  }

  /** The same for what must be text. */
  readText(path: string): string {
    const { content } = this.read(path);
    if (isUtf8(content)) return content.toString("utf8");
    throw new KptError("YAML_SYNTAX", `${path}: the file is not valid UTF-8`, { place: { file: path } });
  }

  /** All regular files below a folder, in the order of a walk. */
  *files({ below = "", enters = () => true, meets }: Walk = {}): Generator<string> {
    const stack = [{ folder: below, entries: this.entries(below), next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const entry = top.entries[top.next++];
      if (entry === undefined) stack.pop();
      else {
        const path = inFolder(top.folder, entry.name);
        if (entry.isFile()) yield path;
        else if (entry.isDirectory() && enters(path)) {
          stack.push({ folder: path, entries: this.entries(path), next: 0 });
        } else if (!entry.isDirectory()) meets?.(path);
      }
    }
  }

  /** Opens what is no link, and finds out what it is before reading it: a pipe would never end. */
  #open(absolute: string, path: string): FileOnDisk {
    let handle: number | undefined;
    try {
      handle = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const status = fstatSync(handle);
      if (!status.isFile()) throw new KptError("IO", `open ${path}: not a regular file`);
      return { content: readFileSync(handle), executable: (status.mode & 0o100) !== 0 };
    } catch (error) {
      throw ioError("open", path, error);
    } finally {
      if (handle !== undefined) closeSync(handle);
    }
  }
}

/** The packages around a folder: a write that was interrupted may have begun in any of them. */
function packagesAround(directory: string): string[] {
  const folders: string[] = [];
  for (let at = directory; at !== dirname(at); at = dirname(at)) folders.push(dirname(at));
  return folders.filter(folder => existsSync(join(folder, kptfileName)));
}

/** A path below a folder of the package. */
export function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
