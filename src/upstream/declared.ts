import { join } from "node:path";
import { KptError } from "../core/error.ts";
import { inFolder, kptfileName } from "../package/folder.ts";
import type { Kptfile, UpdateStrategy } from "../package/kptfile.ts";
import type { Draft, FileMap } from "./draft.ts";
import type { UpstreamFetcher, UpstreamFile } from "./fetch.ts";
import { peekKptfile, remoteFolders } from "./remote-packages.ts";
import { mergeKptfileAt } from "./strategies/kptfile.ts";
import { differingFiles } from "./strategies/same-package.ts";
import type { StrategyInput } from "./strategies/strategy.ts";
import { chooseStrategy } from "./update-strategy.ts";

/** The files of one package as it was fetched, as upstream has it now, and as it is here. */
export interface PackageSides {
  base: FileMap;
  upstream: FileMap;
  local: FileMap;
}

/** A package with an upstream of its own, inside one that is updated. */
export interface DeclaredPackage {
  /** Below the root package. */
  folder: string;
  name: string;
  sides: PackageSides;
  draft: Draft;
  fetcher: UpstreamFetcher;
  report: (line: string) => void;
  input: StrategyInput;
  /** Merges it by a strategy. */
  run: (by: UpdateStrategy) => Promise<void>;
}

/** Does what the package around it says of a package: by who has it, it is added, merged, or goes. Spec: pkg 5.3, 5.4. */
export async function mergeDeclared(declared: DeclaredPackage): Promise<void> {
  const { folder, name, sides, draft, report } = declared;
  const has = (side: FileMap): boolean => side.has(kptfileName);
  if (!has(sides.local)) {
    if (!has(sides.upstream)) return;
    if (has(sides.base)) {
      report(`Ignoring package "${name}" in upstream since it is deleted from local.`);
      return;
    }
    report(`Adding package "${name}" from upstream.`);
    for (const [path, { content, executable }] of sides.upstream) {
      draft.write(inFolder(folder, path), content, executable);
    }
    return;
  }
  if (!has(sides.upstream)) {
    if (has(sides.base)) await dropped(declared);
    return;
  }
  if (!has(sides.base)) {
    report(`Package "${name}" added in both local and upstream.`);
    throw new KptError("MERGE_CONFLICT", `subpackage "${name}" added in both upstream and local`, {
      label: "Error",
      place: { file: folder },
    });
  }
  await onAllSides(declared);
}

async function onAllSides({ folder, sides, draft, input, run }: DeclaredPackage): Promise<void> {
  const shown = join(draft.directory, folder);
  const isUnfetched = (side: FileMap): boolean => {
    const kptfile = peek(side, shown);
    return kptfile?.upstream !== undefined && kptfile.upstreamLock === undefined;
  };
  if (isUnfetched(sides.upstream)) {
    mergeKptfileAt(input);
    return;
  }
  if (isUnfetched(sides.base)) {
    throw new KptError("UPSTREAM_INVALID", "no origin available for package", { label: "Error" });
  }
  const local = peek(sides.local, shown)?.upstream;
  const strategy = chooseStrategy(undefined, local?.updateStrategy);
  const before = peek(sides.base, shown)?.upstream;
  // A package that was pointed elsewhere here is no longer upstream's to merge.
  if (strategy === "resource-merge" && JSON.stringify(local?.git) !== JSON.stringify(before?.git)) return;
  await run(strategy);
}

/** No longer upstream: goes if it is here as it was fetched. */
async function dropped(declared: DeclaredPackage): Promise<void> {
  const { folder, name, sides, draft, report } = declared;
  if (await isAsFetched(declared)) {
    report(`Deleting package "${name}" from local since it is removed in upstream.`);
    for (const path of sides.local.keys()) draft.remove(inFolder(folder, path));
    return;
  }
  report(`Package "${name}" deleted from upstream, but keeping local since it has changes.`);
}

/** Compares a package with what its lock says was fetched; one that never was fetched with its declaration. */
async function isAsFetched({ folder, sides: { base, local }, fetcher }: DeclaredPackage): Promise<boolean> {
  const lock = peek(local, folder)?.upstreamLock?.git;
  if (lock === undefined || lock.commit === "") return differingFiles(base, local, "").length === 0;
  const tree = await fetcher.fetch({ ...lock, ref: lock.commit });
  if (remoteFolders(local, folder).length > 0) return false;
  return differingFiles(toMap(tree.files), local, "").every(path => path === kptfileName);
}

export function peek(files: FileMap, shown: string): Kptfile | undefined {
  return peekKptfile(files, "", shown);
}

export function toMap(files: readonly UpstreamFile[]): Map<string, UpstreamFile> {
  return new Map(files.map(file => [file.path, file]));
}
