import { relative, resolve, sep } from "node:path";
import { KptError } from "../core/error.ts";
import { cleanPath } from "../host/inside.ts";
import { type Kptfile, readKptfile } from "../package/kptfile.ts";
import { allFiles, type PackageTree } from "../package/read.ts";
import { names } from "./annotations.ts";
import { Branch } from "./branch.ts";
import { warnOfForeign } from "./foreign.ts";
import { byLevel, descendants, hierarchyOf, type PipelinePackage, preorder } from "./hierarchy.ts";
import type { FunctionHost } from "./host.ts";
import { type Item, itemsOfPackage } from "./item.ts";
import { readPipeline } from "./pipeline.ts";
import type { Report } from "./progress.ts";
import type { FunctionRun } from "./results.ts";
import { runPipeline } from "./run-pipeline.ts";
import { failureOf, PipelineStopped, type RenderFailure, tidy, unreadable } from "./stopped.ts";

export interface RenderOptions {
  tree: PackageTree;
  /** The root as error chains name it: relative to the working folder. */
  shownPath: string;
  host: FunctionHost;
  report: Report;
  explains?: boolean;
  /** Runs packages strictly one after the other: needed where a partial outcome is going to be kept. */
  oneByOne?: boolean;
}

/** Everything that a render found out; nothing of it is on disk yet. */
export interface Rendered {
  /** All items with paths below the root package. After a failure: as far as rendering came. */
  items: Item[];
  mutations: FunctionRun[];
  validations: FunctionRun[];
  /** In the order in which they ran. */
  runs: FunctionRun[];
  executed: number;
  packages: number;
  failure: RenderFailure | undefined;
}

/** How many independent packages run at the same time. */
const sideBySide = 4;

/**
 * Runs the pipelines of a package and all packages below it: depth first, or level by level where the root asks for it
 * (spec: fn 3.1). Pure but for the functions themselves: writing the outcome is for the caller. Throws for a broken
 * root Kptfile and when interrupted; any other failure is part of the outcome.
 */
export async function renderPackage(options: RenderOptions): Promise<Rendered> {
  const kptfile = readKptfile(options.tree.directory);
  const root = hierarchyOf(options.tree, options.shownPath);
  root.pipeline = readPipeline(kptfile, root.directory);
  const isBreadthFirst = kptfile.resource.annotations.get("kpt.dev/bfs-rendering")?.toLowerCase() === "true";
  return new Renderer(options, root).render(isBreadthFirst);
}

/** Whether the root wants what was rendered so far to be kept after a failure. */
export function savesOnFailure(kptfile: Kptfile): boolean {
  return kptfile.resource.annotations.get("kpt.dev/save-on-render-failure")?.toLowerCase() === "true";
}

class Renderer {
  readonly #options: RenderOptions;
  readonly #root: PipelinePackage;
  /** Packages whose items are final or, for the one at work, as the last function left them. */
  readonly #state = new Map<PipelinePackage, Item[]>();

  constructor(options: RenderOptions, root: PipelinePackage) {
    this.#options = options;
    this.#root = root;
  }

  async render(breadthFirst: boolean): Promise<Rendered> {
    const branch = new Branch();
    branch.speak(this.#options.report);
    let failure: RenderFailure | undefined;
    let items: Item[];
    let checking: PipelinePackage | undefined;
    try {
      for (const pkg of byLevel(this.#root).slice(1)) {
        checking = pkg;
        pkg.pipeline = readPipeline(readKptfile(pkg.directory), pkg.directory);
      }
      checking = undefined;
      this.#readAll(branch.report);
      items = breadthFirst ? await this.#breadthFirst(branch) : await this.#depthFirst(this.#root, branch);
    } catch (error) {
      if (error instanceof PipelineStopped) failure = failureOf(error, this.#root, breadthFirst);
      else if (error instanceof KptError && error.code !== "ABORTED") {
        const message =
          checking === undefined
            ? `pkg.render: pkg ${this.#root.shownPath}: ${tidy(error.message)}`
            : unreadable(checking, this.#root, error, breadthFirst);
        failure = { message, error };
      } else throw error;
      items = [...this.#state.values()].flat();
    }
    const root = this.#root.directory;
    if (failure !== undefined) failure.message = failure.message.replaceAll(root, ".");
    const { mutations, validations, runs, executed, packages } = branch;
    return { items: relativeToRoot(items, root), mutations, validations, runs, executed, packages, failure };
  }

  /** Reads every file before any function runs, and names the package of one that can't be read. */
  #readAll(report: Report): void {
    try {
      warnOfForeign(allFiles(this.#root.tree), message => report({ type: "warning", message }));
    } catch (error) {
      if (!(error instanceof KptError) || error.code !== "YAML_SYNTAX") throw error;
      const { code, message, place, cause } = error;
      const owner = preorder(this.#root).find(pkg =>
        pkg.tree.files.some(file => file.absolute === place?.file),
      );
      const labelled = new KptError(code, message, { label: "Error", cause, ...(place ? { place } : {}) });
      throw new PipelineStopped(owner ?? this.#root, false, message, labelled);
    }
  }

  async #depthFirst(pkg: PipelinePackage, branch: Branch): Promise<Item[]> {
    branch.packages++;
    let items = itemsOfPackage(pkg.tree, pkg.directory);
    this.#state.set(pkg, items);
    for (const output of await this.#children(pkg, branch)) items = [...items, ...output];
    for (const each of descendants(pkg)) this.#state.delete(each);
    this.#state.set(pkg, items);
    await runPipeline(pkg, items, branch, this.#options, now => this.#state.set(pkg, now));
    return this.#state.get(pkg) ?? [];
  }

  /** Independent packages don't wait for each other, unless what is done so far has to be known after a failure. */
  async #children(pkg: PipelinePackage, branch: Branch): Promise<Item[][]> {
    const outputs: Item[][] = [];
    if (this.#options.oneByOne || pkg.below.length < 2) {
      for (const child of pkg.below) outputs.push(await this.#depthFirst(child, branch));
      return outputs;
    }
    for (let at = 0; at < pkg.below.length; at += sideBySide) {
      const started = pkg.below.slice(at, at + sideBySide).map(child => {
        const own = new Branch();
        const done = this.#depthFirst(child, own).then(
          items => ({ items, error: undefined }),
          (error: unknown) => ({ items: [], error }),
        );
        return { own, done };
      });
      let stopped: { error: unknown } | undefined;
      for (const { own, done } of started) {
        if (stopped === undefined) own.speak(branch.report);
        const { items, error } = await done;
        if (stopped !== undefined) continue;
        branch.add(own);
        if (error !== undefined) stopped = { error };
        outputs.push(items);
      }
      if (stopped !== undefined) throw stopped.error;
    }
    return outputs;
  }

  async #breadthFirst(branch: Branch): Promise<Item[]> {
    const packages = byLevel(this.#root);
    branch.packages = packages.length;
    let items = preorder(this.#root).flatMap(pkg => itemsOfPackage(pkg.tree, pkg.directory));
    this.#state.set(this.#root, items);
    for (const pkg of packages) {
      const inside = new Set([pkg, ...descendants(pkg)].map(each => each.directory));
      const mine = items.filter(item => inside.has(item.packagePath));
      await runPipeline(pkg, mine, branch, this.#options, now => {
        const place = items.findIndex(item => inside.has(item.packagePath));
        const others = items.filter(item => !inside.has(item.packagePath));
        const at =
          place < 0
            ? others.length
            : items.slice(0, place).filter(item => !inside.has(item.packagePath)).length;
        items = [...others.slice(0, at), ...now, ...others.slice(at)];
        this.#state.set(this.#root, items);
      });
    }
    return items;
  }
}

/** The items with their paths below the root package; who owns them is in the path from now on. */
function relativeToRoot(items: readonly Item[], root: string): Item[] {
  const bases = new Map<string, string>();
  const baseOf = (owner: string) => {
    let base = bases.get(owner);
    if (base === undefined) {
      base = relative(root, owner === "" ? root : resolve(root, owner))
        .split(sep)
        .join("/");
      bases.set(owner, base);
    }
    return base;
  };
  return items.map(item => {
    const base = baseOf(item.packagePath);
    const { path, index = "", isWhereRead } = item;
    if (isWhereRead && path !== undefined) {
      return item.carry({ path: base === "" ? path : `${base}/${path}`, index, owner: undefined });
    }
    const carried = new Map(item.carried);
    carried.delete(names.packagePath);
    for (const key of [names.path, names.legacyPath]) {
      const own = carried.get(key);
      if (own === undefined) continue;
      carried.set(key, cleanPath(base === "" ? own.replace(/^\/+/, "") : `${base}/${own}`));
    }
    return item.carry(carried);
  });
}
