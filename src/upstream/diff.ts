import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { KptError } from "../core/error.ts";
import { ioError } from "../host/io-error.ts";
import { writeNewFolder } from "../host/new-folder.ts";
import { runProgram } from "../host/run.ts";
import { kptfileName } from "../package/folder.ts";
import { type Kptfile, parseKptfile, readKptfile } from "../package/kptfile.ts";
import type { UpstreamFetcher, UpstreamFile, UpstreamTree } from "./fetch.ts";
import { readLocalFiles } from "./local-files.ts";
import { markResources } from "./mark.ts";
import { fetchedLines, ignoredLines, oneLine } from "./messages.ts";

export const diffTypes = ["local", "remote", "combined", "3way"] as const;
export type DiffType = (typeof diffTypes)[number];

export interface DiffOptions {
  /** Absolute. */
  directory: string;
  /** Version to compare with; the default branch of the repository unless given. */
  target: string | undefined;
  type: DiffType;
  tool: string;
  toolOptions: readonly string[];
  debug: boolean;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  fetcher: UpstreamFetcher;
  signal: AbortSignal;
  report: (line: string) => void;
  print: (text: string) => void;
}

interface Side {
  /** What the tool's output calls it: the local package's path, or `remote-v1`. */
  shown: string;
  folder: string;
}

/** Shows the differences between a package and its upstream with a program made for that. */
export async function diffPackage(options: DiffOptions): Promise<void> {
  const kptfile = readOwnKptfile(options.directory);
  const upstream = kptfile.upstream?.git;
  if (upstream === undefined) {
    throw new KptError("UPSTREAM_INVALID", `package missing upstream in Kptfile at '${options.directory}'`);
  }
  const lock = kptfile.upstreamLock?.git;
  const staging = makeStaging(options.env["TMPDIR"] || tmpdir());
  try {
    const local = await readLocalFiles(options.directory, options.signal);
    const ref = lock?.ref || upstream.ref;
    const sides: Side[] = [];
    const stage = async (kind: string, version: string, files: Map<string, UpstreamFile>): Promise<void> => {
      sides.push(await stageSide(join(staging, stagedName(kind, version)), kind, files, options));
    };
    if (options.type !== "remote") await stage("local", ref, local);
    // What was fetched, even if the branch has moved on since then.
    const base = await fetchSide({ ...upstream, ref: lock?.commit || upstream.ref }, options);
    if (options.type !== "combined") await stage("remote", ref, upstreamFiles(base, local));
    if (options.type !== "local") {
      const target = options.target ?? (await options.fetcher.defaultBranch(upstream.repo));
      const tree = await fetchSide({ ...upstream, ref: target }, options);
      await stage("target", target, upstreamFiles(tree, local));
    }
    await compare(sides, options);
  } finally {
    if (!options.debug) rmSync(staging, { recursive: true, force: true });
  }
}

function makeStaging(parent: string): string {
  try {
    return mkdtempSync(join(parent, "kpt-"));
  } catch (error) {
    throw ioError("mkdir", parent, error);
  }
}

function readOwnKptfile(directory: string): Kptfile {
  try {
    return readKptfile(directory);
  } catch (error) {
    if (!(error instanceof KptError) || error.code !== "KPTFILE_MISSING") throw error;
    const path = join(directory, kptfileName);
    throw new KptError(
      "KPTFILE_MISSING",
      `package missing Kptfile at '${directory}': error reading Kptfile at "${directory}": ` +
        `open ${path}: no such file or directory`,
      { cause: error },
    );
  }
}

async function fetchSide(
  upstream: UpstreamTree["upstream"],
  { fetcher, report }: DiffOptions,
): Promise<UpstreamTree> {
  const tree = await fetcher.fetch(upstream);
  for (const line of [...fetchedLines(tree), ...ignoredLines(tree)]) report(line);
  report(`Adding package "${oneLine(tree.directory.slice(1))}".`);
  return tree;
}

/** Upstream's files without those remote subpackages that the local side leaves out as well. */
function upstreamFiles(
  tree: UpstreamTree,
  local: ReadonlyMap<string, UpstreamFile>,
): Map<string, UpstreamFile> {
  const remote = tree.files
    .filter(({ path }) => path.endsWith(`/${kptfileName}`) && !local.has(path))
    .filter(({ path, content }) => parseKptfile(content, path).upstream !== undefined)
    .map(({ path }) => path.slice(0, -kptfileName.length));
  const kept = tree.files.filter(({ path }) => !remote.some(folder => path.startsWith(folder)));
  return new Map(kept.map(file => [file.path, file]));
}

async function stageSide(
  folder: string,
  kind: string,
  files: Map<string, UpstreamFile>,
  options: DiffOptions,
): Promise<Side> {
  markResources(files);
  files.delete(kptfileName);
  await writeNewFolder(folder, [...files.values()], { signal: options.signal });
  return { folder, shown: kind === "local" ? options.directory : basename(folder) };
}

/** The last element of a ref: `refs/tags/v1` and `app/v1` are shown as `v1`. */
function stagedName(kind: string, ref: string): string {
  return `${kind}-${ref.split("/").at(-1) ?? ""}`;
}

async function compare(sides: readonly Side[], options: DiffOptions): Promise<void> {
  const { tool, toolOptions, type, print } = options;
  const args = [...toolOptions, ...sides.map(({ folder }) => folder)];
  if (options.debug) {
    for (const { shown, folder } of sides) print(`${shown}: ${folder}\n`);
    print(`${[tool, ...args].join(" ")}\n`);
  }
  const result = await runProgram({
    command: tool,
    args,
    cwd: options.cwd,
    env: options.env,
    signal: options.signal,
    onStderr: chunk => print(chunk.toString("utf8")),
  }).catch((error: unknown) => {
    throw ioError("run", tool, error);
  });
  // 1 only means that there are differences.
  const failed = result.exitCode !== 0 && result.exitCode !== 1;
  if (failed) {
    print(
      `\nThe selected diff tool (${tool}) exited with an error. It may not support the chosen diff type (${type}). ` +
        "To use a different diff tool please provide the tool using the --diff-tool flag. \n\n" +
        "For more information about using kpt's diff command please see the commands --help.\n",
    );
  }
  let output = result.stdout.toString("utf8");
  for (const { folder, shown } of sides) output = output.replaceAll(folder, () => shown);
  print(output);
  if (failed)
    throw new KptError("PROGRAM_FAILED", `exit status ${result.exitCode ?? result.signal ?? "unknown"}`);
}
