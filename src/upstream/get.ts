import { statSync } from "node:fs";
import { basename } from "node:path";
import { KptError } from "../core/error.ts";
import { withoutPassword } from "../host/git.ts";
import { writeNewFolder } from "../host/new-folder.ts";
import { replaceFiles } from "../host/replace.ts";
import { mergeKptfile } from "../merge/kptfile.ts";
import { type GitUpstream, type Kptfile, newKptfile, parseFetchedKptfile } from "../package/kptfile.ts";
import { lockOf, type UpstreamFetcher, type UpstreamFile, type UpstreamTree } from "./fetch.ts";
import { markResources } from "./mark.ts";
import { fetchedLines, ignoredLines, oneLine } from "./messages.ts";

export interface GetOptions {
  upstream: GitUpstream;
  updateStrategy: string;
  /** Absolute; must not exist, or be empty (the current directory). */
  destination: string;
  fetcher: UpstreamFetcher;
  signal: AbortSignal;
  /** Takes the lines that tell what is happening. */
  report: (line: string) => void;
  /** Attribution of Config Connector resources. */
  blueprint: boolean;
  /** Last changes before anything is written: path → file. */
  customize?: (files: Map<string, UpstreamFile>) => void;
}

/** Packages below one package; more can only be meant to do harm. */
const maxPackages = 1000;

interface Place {
  /** Folder below the root package; empty for the root itself. */
  path: string;
  /** Repositories, directories and commits of the packages around it. */
  around: readonly string[];
}

/**
 * Fetches a package with all remote subpackages it declares and writes it in one step: on any failure nothing is
 * left behind. Returns how many packages were fetched.
 */
export async function getPackage(options: GetOptions): Promise<number> {
  const files = new Map<string, UpstreamFile>();
  const name = basename(options.destination);
  if (withoutPassword(options.upstream.repo) !== options.upstream.repo) {
    options.report(
      "[Warn] The login in the address is written to the Kptfile; a credential helper of git avoids that ",
    );
  }
  const root = newKptfile(name, name);
  root.upstream = { type: "git", git: options.upstream, updateStrategy: options.updateStrategy };
  const fetched = await fetchInto(files, root, options);
  for (const warning of markResources(files, { blueprint: options.blueprint })) options.report(warning);
  options.customize?.(files);
  await writePackage(files, options);
  return fetched;
}

async function fetchInto(
  files: Map<string, UpstreamFile>,
  root: Kptfile,
  options: GetOptions,
): Promise<number> {
  const name = basename(options.destination);
  const pending: Place[] = [{ path: "", around: [] }];
  let fetched = 0;
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const shown = place.path === "" ? name : `${name}/${place.path}`;
    const kptfile = place.path === "" ? root : kptfileAt(files, place.path, shown);
    let { around } = place;
    if (kptfile?.upstream?.git && kptfile.upstreamLock === undefined) {
      options.report(`${fetched > 0 ? "\n" : ""}Package "${oneLine(shown)}":`);
      if (++fetched > maxPackages)
        throw invalid(`package "${name}" has more than ${maxPackages} subpackages`);
      const tree = await fetchOne(kptfile.upstream.git, options);
      const lock = lockOf(tree);
      const key = JSON.stringify([lock.repo, lock.directory, lock.commit]);
      if (around.includes(key)) {
        throw invalid(`package "${shown}" contains itself: ${lock.repo}, directory ${lock.directory}`);
      }
      around = [...around, key];
      addFiles(files, place.path, tree);
      const merged = broughtAlong(kptfile, tree, place.path === "");
      merged.upstreamLock = { type: "git", git: lock };
      setFile(files, kptfilePath(place.path), merged.toString());
      options.report(`Adding package "${oneLine(lock.directory.slice(1))}".`);
    }
    const below = directSubpackages(files, place.path);
    prefetch(below, files, options);
    pending.push(...below.map(path => ({ path, around })));
  }
  return fetched;
}

async function fetchOne(upstream: GitUpstream, { fetcher, report }: GetOptions): Promise<UpstreamTree> {
  report(`Fetching ${oneLine(withoutPassword(upstream.repo))}@${oneLine(upstream.ref)}`);
  const tree = await fetcher.fetch(upstream);
  for (const line of [...fetchedLines(tree), ...ignoredLines(tree)]) report(line);
  return tree;
}

/** Starts fetching what will be needed next; whoever needs it meets the failure, if it is one. */
function prefetch(paths: readonly string[], files: Map<string, UpstreamFile>, options: GetOptions): void {
  for (const path of paths) {
    try {
      const kptfile = kptfileAt(files, path, path);
      const git = kptfile?.upstreamLock === undefined ? kptfile?.upstream?.git : undefined;
      if (git) options.fetcher.fetch(git).catch(() => {});
    } catch {
      // said when its turn comes
    }
  }
}

function addFiles(files: Map<string, UpstreamFile>, folder: string, tree: UpstreamTree): void {
  for (const file of tree.files) {
    if (file.path === "Kptfile") continue;
    const path = folder === "" ? file.path : `${folder}/${file.path}`;
    files.set(path, { ...file, path });
  }
}

/** What upstream says of itself comes along; name and upstream stay as the parent (or the user) said. */
function broughtAlong(own: Kptfile, tree: UpstreamTree, isRoot: boolean): Kptfile {
  const file = tree.files.find(({ path }) => path === "Kptfile");
  if (!file) return own;
  const { repo, directory, ref } = tree.upstream;
  const upstream = parseFetchedKptfile(file.content, `${repo}${directory === "/" ? "" : directory}@${ref}`);
  if (!isRoot) {
    const options = { path: own.shown, onConflict: undefined, decisions: [], nested: false };
    mergeKptfile(own, { base: undefined, upstream }, options);
    return own;
  }
  // For the root there is nothing of our own yet: upstream's text is kept with all its comments.
  upstream.name = own.name;
  upstream.resource.namespace = undefined;
  upstream.upstream = own.upstream;
  return upstream;
}

function kptfileAt(
  files: ReadonlyMap<string, UpstreamFile>,
  folder: string,
  shown: string,
): Kptfile | undefined {
  const file = files.get(kptfilePath(folder));
  return file && parseFetchedKptfile(file.content, shown);
}

function kptfilePath(folder: string): string {
  return folder === "" ? "Kptfile" : `${folder}/Kptfile`;
}

function setFile(files: Map<string, UpstreamFile>, path: string, text: string): void {
  files.set(path, { path, content: Buffer.from(text), executable: false });
}

/** Nearest folders below that have a Kptfile, in byte order. */
function directSubpackages(files: ReadonlyMap<string, UpstreamFile>, folder: string): string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const folders = [...files.keys()]
    .filter(path => path.startsWith(prefix) && path.endsWith("/Kptfile"))
    .map(path => path.slice(0, -"/Kptfile".length))
    .filter(path => path !== folder);
  const all = new Set(folders);
  const isNested = (path: string): boolean => {
    for (let at = path.lastIndexOf("/"); at > prefix.length; at = path.lastIndexOf("/", at - 1)) {
      if (all.has(path.slice(0, at))) return true;
    }
    return false;
  };
  return folders.filter(path => !isNested(path)).sort((a, b) => (a < b ? -1 : 1));
}

async function writePackage(files: Map<string, UpstreamFile>, options: GetOptions): Promise<void> {
  const { destination, signal } = options;
  const written = [...files.values()].map(({ path, content, executable }) => ({
    path,
    content,
    mode: executable ? 0o755 : 0o644,
  }));
  // Where the user stands in the folder it can't be swapped for another one; its content can.
  if (statSync(destination, { throwIfNoEntry: false })?.isDirectory()) replaceFiles(destination, written);
  else await writeNewFolder(destination, written, { mode: 0o700, signal });
}

function invalid(message: string): KptError {
  return new KptError("UPSTREAM_INVALID", message, { label: "Error" });
}
