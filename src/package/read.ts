import { type Dirent, statSync } from "node:fs";
import { join } from "node:path";
import { KptError } from "../core/error.ts";
import { Resource } from "../core/resource.ts";
import type { YamlDocument, YamlFile } from "../core/yaml/file.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { inFolder, kptfileName, PackageFolder } from "./folder.ts";
import { IgnoreRules, parseIgnore } from "./ignore.ts";
import { orMalformed } from "./malformed.ts";
import { compareBytes, comparePaths } from "./paths.ts";

/** A document of a package's file that is a mapping. */
export interface FoundResource {
  resource: Resource;
  document: YamlDocument;
  file: PackageFile;
  /** Position among the documents of the file that hold something, from 0. */
  index: number;
}

/** A file that may hold resources: its text, and the tree of it once somebody asks. */
export class PackageFile {
  /** Below the folder that was read, with slashes. */
  readonly path: string;
  readonly absolute: string;
  readonly text: string;
  /** Whether it is a link to a file of the same folder. */
  readonly isLink: boolean;
  #yaml: YamlFile | undefined;

  constructor(path: string, absolute: string, text: string, isLink = false) {
    this.path = path;
    this.absolute = absolute;
    this.text = text;
    this.isLink = isLink;
  }

  /** Whether anybody has asked for the tree yet. */
  get isParsed(): boolean {
    return this.#yaml !== undefined;
  }

  /** Parsed on first use. Throws `YAML_SYNTAX` with the place. */
  get yaml(): YamlFile {
    this.#yaml ??= this.parse();
    return this.#yaml;
  }

  /** A tree that nobody else has: for those who look once, so that it needn't be kept. Throws as `yaml` does. */
  parse(): YamlFile {
    return orMalformed(this.absolute, () =>
      parseYaml(this.text, {
        file: this.path,
        // kpt writes Kptfiles with wide lists; other files have no style where they have no list.
        ...(this.path === kptfileName || this.path.endsWith(`/${kptfileName}`) ? { indentSeq: "wide" } : {}),
      }),
    );
  }

  /** The documents that are mappings, whether or not they have a kind and a name. */
  get resources(): FoundResource[] {
    const found: FoundResource[] = [];
    let index = 0;
    for (const document of this.yaml.documents) {
      if (document.root === undefined) continue;
      if (document.root.kind === "map") {
        found.push({ resource: new Resource(document.root), document, file: this, index });
      }
      index++;
    }
    return found;
  }
}

/** One package on disk (or a plain folder, which is read the same way). */
export interface PackageTree {
  /** Absolute. */
  directory: string;
  /** Below the folder that was read, with slashes; empty for that folder itself. */
  path: string;
  kptfile: PackageFile | undefined;
  /** The package's own files that may hold resources, its Kptfile included, in the order of the walk. */
  files: PackageFile[];
  /** Everything else of its own, links and special files included: paths below the folder that was read. */
  otherFiles: string[];
  /** What `.krmignore` leaves out; folders end in a slash. */
  ignored: string[];
  /** Nearest folders below with a Kptfile, sorted by path. */
  subpackages: PackageTree[];
}

export interface ReadOptions {
  /** Names of files that may hold resources; `Kptfile`, `*.yaml`, `*.yml`, `*.json` unless said otherwise. */
  accepts?: (name: string) => boolean;
  /** Called for files and folders that were left out for a reason the user may not expect. */
  warn?: (message: string) => void;
  signal?: AbortSignal;
}

export function mayHoldResources(name: string): boolean {
  return name === kptfileName || /\.(?:yaml|yml|json)$/.test(name);
}

/**
 * Reads a folder with all packages below it. The folder itself need not be a package. Half-done writes of a killed
 * process are completed first. Links to files inside the folder are read under their own name; links that lead out,
 * linked folders, pipes and devices are never opened. Deterministic: the same folder gives the same tree.
 */
export async function readPackage(directory: string, options: ReadOptions = {}): Promise<PackageTree> {
  const status = statSync(directory, { throwIfNoEntry: false });
  if (status === undefined) throw new KptError("NOT_FOUND", `lstat ${directory}: no such file or directory`);
  if (!status.isDirectory()) throw new KptError("IO", `${directory}: not a directory`);
  const walk = new Walk(directory, options);
  return walk.packageAt("");
}

/** All files of a package and its subpackages in the order of one walk over the folder. */
export function allFiles(tree: PackageTree): PackageFile[] {
  return allPackages(tree)
    .flatMap(each => each.files)
    .sort((a, b) => comparePaths(a.path, b.path));
}

/** The package and all packages below it, parents first. */
export function allPackages(tree: PackageTree): PackageTree[] {
  const found: PackageTree[] = [];
  const pending = [tree];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next);
    pending.push(...[...next.subpackages].reverse());
  }
  return found;
}

class Walk {
  readonly #folder: PackageFolder;
  readonly #options: ReadOptions;
  readonly #accepts: (name: string) => boolean;
  #seen = 0;

  constructor(root: string, options: ReadOptions) {
    this.#folder = PackageFolder.open(root);
    this.#options = options;
    this.#accepts = options.accepts ?? mayHoldResources;
  }

  async packageAt(path: string): Promise<PackageTree> {
    const tree: PackageTree = {
      directory: join(this.#folder.directory, path),
      path,
      kptfile: undefined,
      files: [],
      otherFiles: [],
      ignored: [],
      subpackages: [],
    };
    const below: string[] = [];
    // An explicit stack: folders may be nested deeper than calls can be.
    const stack = [{ folder: path, entries: this.#folder.entries(path), next: 0 }];
    const rules = this.#rulesOf(tree);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const entry = top.entries[top.next++];
      if (entry === undefined) {
        stack.pop();
        continue;
      }
      if (++this.#seen % 256 === 0) await new Promise<void>(resolve => setImmediate(resolve));
      this.#options.signal?.throwIfAborted();
      const at = inFolder(top.folder, entry.name);
      const own = path === "" ? at : at.slice(path.length + 1);
      if (entry.isDirectory()) {
        if (rules.ignores(own, true)) tree.ignored.push(`${at}/`);
        else if (this.#folder.whatIsAt(`${at}/${kptfileName}`) !== "nothing") below.push(at);
        else stack.push({ folder: at, entries: this.#folder.entries(at), next: 0 });
      } else if (rules.ignores(own, false)) tree.ignored.push(at);
      else this.#file(tree, at, entry);
    }
    for (const at of below.sort(compareBytes)) tree.subpackages.push(await this.packageAt(at));
    return tree;
  }

  #rulesOf(tree: PackageTree): IgnoreRules {
    const file = inFolder(tree.path, ".krmignore");
    if (this.#folder.whatIsAt(file) === "nothing") return IgnoreRules.none;
    return parseIgnore(this.#folder.readText(file), file);
  }

  #file(tree: PackageTree, at: string, entry: Dirent): void {
    if (!this.#accepts(entry.name)) {
      tree.otherFiles.push(at);
      return;
    }
    if (entry.isSymbolicLink() && !this.#leadsToFileInside(at)) {
      tree.otherFiles.push(at);
      return;
    }
    if (!entry.isFile() && !entry.isSymbolicLink()) {
      this.#options.warn?.(`${at}: not a regular file, left out`);
      tree.otherFiles.push(at);
      return;
    }
    const file = new PackageFile(
      at,
      join(this.#folder.directory, at),
      this.#folder.readText(at),
      entry.isSymbolicLink(),
    );
    tree.files.push(file);
    if (entry.name === kptfileName && at === inFolder(tree.path, kptfileName)) {
      tree.kptfile = file;
    }
  }

  #leadsToFileInside(at: string): boolean {
    const what = this.#folder.whatIsAt(at);
    if (what === "nothing") this.#options.warn?.(`${at}: a link that leads to no file, left out`);
    if (what === "outside") this.#options.warn?.(`${at}: a link that leaves the package, left out`);
    return what === "file";
  }
}
