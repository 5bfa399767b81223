import { basename, join } from "node:path";
import { KptError } from "../core/error.ts";
import { withoutPassword } from "../host/git.ts";
import type { ConflictPolicy, Decision } from "../merge/decision.ts";
import type { MergeLines } from "../merge/files.ts";
import { inFolder, kptfileName } from "../package/folder.ts";
import type { GitUpstream, Kptfile, UpdateStrategy } from "../package/kptfile.ts";
import { compareBytes } from "../package/paths.ts";
import { mergeDeclared, type PackageSides, peek, toMap } from "./declared.ts";
import { type Draft, filesBelow, readDraft } from "./draft.ts";
import { lockOf, type UpstreamFetcher, type UpstreamTree } from "./fetch.ts";
import { markResources } from "./mark.ts";
import { fetchedLines, ignoredLines, oneLine } from "./messages.ts";
import { remoteFolders, without } from "./remote-packages.ts";
import { strategies } from "./strategies/by-name.ts";
import type { StrategyInput } from "./strategies/strategy.ts";
import { chooseStrategy } from "./update-strategy.ts";

export interface UpdateOptions {
  /** Absolute. */
  directory: string;
  /** The version to update to; what the Kptfile names unless given. */
  ref: string | undefined;
  /** What the Kptfile names unless given, else resource-merge. */
  strategy: UpdateStrategy | undefined;
  onConflict: ConflictPolicy | undefined;
  fetcher: UpstreamFetcher;
  signal: AbortSignal;
  /** Takes the lines that tell what is happening. */
  report: (line: string) => void;
  mergeLines: MergeLines;
  /** Takes a line that says how far a long merge is; the next one replaces it. */
  progress?: (line: string) => void;
}

/** An update that is worked out and not written yet. */
export interface PlannedUpdate {
  draft: Draft;
  decisions: Decision[];
  /** Packages with an upstream of their own that were updated. */
  updated: number;
}

/** Packages below one package; more can only be meant to do harm. */
const maxPackages = 1000;

/**
 * Works out the update of a package and of all packages below it that have an upstream of their own. Nothing is
 * written: `draft.commit()` does that in one step.
 */
export async function planUpdate(options: UpdateOptions): Promise<PlannedUpdate> {
  const draft = await readDraft(options.directory, options.signal);
  const update = new Update(draft, options);
  await update.run();
  draft.checkShape();
  return { draft, decisions: update.decisions, updated: update.updated };
}

class Update {
  readonly decisions: Decision[] = [];
  updated = 0;
  readonly #draft: Draft;
  readonly #options: UpdateOptions;
  /** Upstream of the root before and after; packages from the same place follow it. */
  #root: { before: GitUpstream; after: GitUpstream; strategy: string } | undefined;
  #merged = false;
  /** Where packages come from that lead to the one at hand, to notice circles. */
  readonly #around = new Map<string, ReadonlySet<string>>();

  constructor(draft: Draft, options: UpdateOptions) {
    this.#draft = draft;
    this.#options = options;
  }

  async run(): Promise<void> {
    const stack = [""];
    for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
      if (++this.updated > maxPackages) throw tooMany();
      await this.#package(folder);
      for (const below of this.#remoteBelow(folder)) {
        this.#followRoot(below);
        stack.push(below);
      }
    }
    // A package that stays at its commit keeps every byte.
    if (this.#merged) markResources(this.#draft.files);
  }

  async #package(folder: string): Promise<void> {
    const { report } = this.#options;
    const kptfile = this.#kptfile(folder);
    const { git, strategy } = this.#target(kptfile, folder);
    const shown = `${oneLine(withoutPassword(git.repo))}@${oneLine(git.ref)}`;
    report(`${folder === "" ? "" : "\n"}Package "${oneLine(this.#shown(folder))}":`);
    report(`Fetching upstream from ${shown}`);
    const upstream = await this.#fetch(git);
    for (const line of ignoredLines(upstream)) report(line);
    this.#checkCircle(folder, upstream);
    const lock = kptfile.upstreamLock?.git;
    let base: UpstreamTree | undefined;
    if (lock !== undefined && lock.commit !== "") {
      report(`Fetching origin from ${shown}`);
      base = await this.#fetch({ ...lock, ref: lock.commit });
      for (const line of ignoredLines(base)) report(line);
    }
    this.#draft.write(inFolder(folder, kptfileName), kptfile.toString());
    await this.#merge(folder, strategy, base, upstream);
    const merged = this.#kptfile(folder);
    if (JSON.stringify(merged.upstreamLock?.git) !== JSON.stringify(lockOf(upstream))) {
      merged.upstreamLock = { type: "git", git: lockOf(upstream) };
    }
    this.#draft.write(inFolder(folder, kptfileName), merged.toString());
  }

  async #fetch(git: GitUpstream): Promise<UpstreamTree> {
    const tree = await this.#options.fetcher.fetch(git);
    for (const line of fetchedLines(tree)) this.#options.report(line);
    return tree;
  }

  #kptfile(folder: string): Kptfile {
    const kptfile = this.#draft.kptfile(folder);
    if (kptfile !== undefined) return kptfile;
    const shown = join(this.#draft.directory, folder);
    throw new KptError("KPTFILE_MISSING", `No Kptfile found at "${shown}".`, { label: "Error" });
  }

  /** What the package is updated to; notes it in the Kptfile, which is not written yet. */
  #target(kptfile: Kptfile, folder: string): { git: GitUpstream; strategy: UpdateStrategy } {
    const { upstream } = kptfile;
    if (upstream?.git === undefined) {
      throw new KptError("UPSTREAM_INVALID", "package must have an upstream reference", {
        label: "Error",
        place: { file: join(this.#draft.directory, folder, kptfileName), field: "upstream" },
      });
    }
    const { git } = upstream;
    const isRoot = folder === "";
    const strategy = chooseStrategy(isRoot ? this.#options.strategy : undefined, upstream.updateStrategy);
    const after = isRoot && this.#options.ref !== undefined ? { ...git, ref: this.#options.ref } : git;
    if (after.ref !== git.ref || strategy !== upstream.updateStrategy) {
      kptfile.upstream = { ...upstream, git: after, updateStrategy: strategy };
    }
    if (isRoot) this.#root = { before: git, after, strategy };
    return { git: after, strategy };
  }

  /** A package that comes from the same place as the root moves along with it. */
  #followRoot(folder: string): void {
    const root = this.#root;
    const kptfile = this.#kptfile(folder);
    const { upstream } = kptfile;
    if (root === undefined || upstream?.git === undefined) return;
    const { repo, directory, ref } = upstream.git;
    const within =
      directory === root.before.directory || directory.startsWith(slashed(root.before.directory));
    if (repo !== root.before.repo || ref !== root.before.ref || !within) return;
    if (ref === root.after.ref && upstream.updateStrategy === root.strategy) return;
    kptfile.upstream = {
      ...upstream,
      git: { ...upstream.git, ref: root.after.ref },
      updateStrategy: root.strategy,
    };
    this.#draft.write(inFolder(folder, kptfileName), kptfile.toString());
  }

  async #merge(
    folder: string,
    strategy: UpdateStrategy,
    baseTree: UpstreamTree | undefined,
    upstreamTree: UpstreamTree,
  ): Promise<void> {
    const base = toMap(baseTree?.files ?? []);
    const upstream = toMap(upstreamTree.files);
    const local = this.#draft.below(folder);
    const shown = join(this.#draft.directory, folder);
    const remote = {
      base: remoteFolders(base, shown),
      upstream: remoteFolders(upstream, shown),
      local: remoteFolders(local, shown),
    };
    const areas = [...new Set([...remote.local, ...remote.upstream, ...remote.base])];
    const unchanged =
      baseTree !== undefined &&
      baseTree.ref.commit === upstreamTree.ref.commit &&
      JSON.stringify(baseTree.upstream.directory) === JSON.stringify(upstreamTree.upstream.directory);
    const run = (at: string, by: UpdateStrategy, sides: PackageSides): Promise<void> => {
      this.#options.report(`Updating package "${oneLine(this.#name(at))}" with strategy "${by}".`);
      return strategies[by](this.#input(at, sides, folder));
    };
    if (unchanged && strategy === "resource-merge") {
      this.#options.report(`Updating package "${oneLine(this.#name(folder))}" with strategy "${strategy}".`);
      return;
    }
    this.#merged = true;
    await run(folder, strategy, {
      base: without(base, areas),
      upstream: without(upstream, areas),
      local: without(local, areas),
    });
    for (const area of areas.sort(deepestLast)) {
      const at = inFolder(folder, area);
      const below = {
        base: filesBelow(base, area),
        upstream: filesBelow(upstream, area),
        local: filesBelow(local, area),
      };
      await mergeDeclared({
        folder: at,
        name: oneLine(this.#name(at)),
        sides: below,
        draft: this.#draft,
        fetcher: this.#options.fetcher,
        report: this.#options.report,
        input: this.#input(at, below, folder),
        run: by => run(at, by, below),
      });
    }
  }

  #input(folder: string, sides: PackageSides, fetched: string): StrategyInput {
    const { onConflict, mergeLines, progress = () => {} } = this.#options;
    const { decisions } = this;
    return {
      draft: this.#draft,
      folder,
      ...sides,
      nested: folder !== fetched,
      onConflict,
      decisions,
      mergeLines,
      progress,
    };
  }

  /** Direct subpackages that have an upstream, by path; also those inside local subpackages. */
  #remoteBelow(folder: string): string[] {
    const files = this.#draft.below(folder);
    const found = remoteFolders(files, join(this.#draft.directory, folder));
    return found
      .filter(at => peek(filesBelow(files, at), at)?.upstream?.git !== undefined)
      .map(at => inFolder(folder, at))
      .sort(compareBytes);
  }

  #checkCircle(folder: string, { upstream, ref }: UpstreamTree): void {
    const here = JSON.stringify([upstream.repo, upstream.directory, ref.commit]);
    const parent = [...this.#around.keys()]
      .filter(other => other !== folder && (other === "" || folder.startsWith(`${other}/`)))
      .sort((a, b) => b.length - a.length)[0];
    const around = parent === undefined ? undefined : this.#around.get(parent);
    if (around?.has(here)) {
      throw new KptError("UPSTREAM_INVALID", `package "${oneLine(this.#shown(folder))}" contains itself`, {
        label: "Error",
        place: { file: inFolder(folder, kptfileName), field: "upstream" },
      });
    }
    this.#around.set(folder, new Set([...(around ?? []), here]));
  }

  #name(folder: string): string {
    return folder === "" ? basename(this.#draft.directory) : basename(folder);
  }

  #shown(folder: string): string {
    const root = basename(this.#draft.directory);
    return folder === "" ? root : `${root}/${folder}`;
  }
}

function slashed(directory: string): string {
  return directory.endsWith("/") ? directory : `${directory}/`;
}

/** Parents before what lies in them; besides that kpt's own order. */
function deepestLast(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || compareBytes(b, a);
}

function tooMany(): KptError {
  return new KptError("UPSTREAM_INVALID", `more than ${maxPackages} packages below one package`, {
    label: "Error",
  });
}
