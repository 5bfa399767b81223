import { basename, join, relative, resolve, sep } from "node:path";
import { KptError } from "../core/error.ts";
import { cleanPath, staysInside } from "../host/inside.ts";
import { type Kptfile, readKptfile } from "../package/kptfile.ts";
import { allFiles, type PackageTree } from "../package/read.ts";
import { names } from "./annotations.ts";
import { evaluateCondition } from "./condition.ts";
import { warnOfForeign } from "./foreign.ts";
import type { FunctionHost, ReadyFunction } from "./host.ts";
import { type Item, itemsOfPackage } from "./item.ts";
import {
  type FunctionDeclaration,
  invalid,
  type Pipeline,
  readConfigFile,
  readPipeline,
} from "./pipeline.ts";
import type { Progress, Report } from "./progress.ts";
import type { FunctionRun } from "./results.ts";
import { notStarted, runFunction } from "./runner.ts";
import { type FunctionConfig, functionInput } from "./wire.ts";

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

export interface RenderFailure {
  /** The chain of what was being done, as the status records it. */
  message: string;
  /** What is still to be told to the user; a function that exited with a code has said it all. */
  error: KptError | undefined;
}

/** A package with its pipeline, read and checked before anything runs. */
interface PipelinePackage {
  tree: PackageTree;
  directory: string;
  name: string;
  shownPath: string;
  pipeline: Pipeline;
  below: PipelinePackage[];
}

const handled = "already handled error";

/** How many independent packages run at the same time. */
const sideBySide = 4;

/**
 * What one branch of the hierarchy did. Branches run side by side, but tell what they do one after the other, in the order
 * of their paths: the first one at once, the next ones when their turn comes.
 */
class Branch {
  readonly mutations: FunctionRun[] = [];
  readonly validations: FunctionRun[] = [];
  readonly runs: FunctionRun[] = [];
  executed = 0;
  packages = 0;
  #held: Progress[] | undefined = [];
  #forward: Report | undefined;

  /** Tells what was held back and from now on everything at once. */
  speak(forward: Report): void {
    this.#forward = forward;
    for (const progress of this.#held ?? []) forward(progress);
    this.#held = undefined;
  }

  readonly report: Report = progress => {
    if (this.#forward !== undefined) this.#forward(progress);
    else this.#held?.push(progress);
  };

  add(other: Branch): void {
    this.mutations.push(...other.mutations);
    this.validations.push(...other.validations);
    this.runs.push(...other.runs);
    this.executed += other.executed;
    this.packages += other.packages;
  }
}

class PipelineStopped extends Error {
  readonly at: PipelinePackage;
  readonly duringPipeline: boolean;
  readonly reason: string;
  readonly error: KptError | undefined;

  constructor(at: PipelinePackage, duringPipeline: boolean, reason: string, error: KptError | undefined) {
    super(reason);
    this.at = at;
    this.duringPipeline = duringPipeline;
    this.reason = reason;
    this.error = error;
  }
}

/**
 * Runs the pipelines of a package and all packages below it: depth first, or level by level where the root asks for it
 * (spec: fn 3.1). Pure but for the functions themselves: writing the outcome is for the caller. Throws for a broken
 * root Kptfile and when interrupted; any other failure is part of the outcome.
 */
export async function renderPackage(options: RenderOptions): Promise<Rendered> {
  const kptfile = readKptfileToRender(options.tree.directory);
  const root = describe(options.tree, basename(options.tree.directory), options.shownPath);
  root.pipeline = readPipeline(kptfile, root.directory);
  const isBreadthFirst = kptfile.resource.annotations.get("kpt.dev/bfs-rendering")?.toLowerCase() === "true";
  return new Renderer(options, root).render(isBreadthFirst);
}

/** `fn` tells why a Kptfile can't be read without saying twice which one. */
export function readKptfileToRender(directory: string): Kptfile {
  try {
    return readKptfile(directory);
  } catch (error) {
    if (!(error instanceof KptError)) throw error;
    const { code, message, label, place, hint, cause } = error;
    throw new KptError(code, message.replace(/(?<=Details:\n)error reading Kptfile from "[^"]*": /, ""), {
      label,
      cause,
      ...(place ? { place } : {}),
      ...(hint ? { hint } : {}),
    });
  }
}

/** Whether the root wants what was rendered so far to be kept after a failure. */
export function savesOnFailure(kptfile: Kptfile): boolean {
  return kptfile.resource.annotations.get("kpt.dev/save-on-render-failure")?.toLowerCase() === "true";
}

function describe(tree: PackageTree, name: string, shownPath: string): PipelinePackage {
  const below = tree.subpackages.map(child => {
    const path = relative(tree.directory, child.directory).split(sep).join("/");
    return describe(
      child,
      `${name}/${basename(child.directory)}`,
      shownPath === "." ? path : `${shownPath}/${path}`,
    );
  });
  return {
    tree,
    directory: tree.directory,
    name,
    shownPath,
    pipeline: { mutators: [], validators: [] },
    below,
  };
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
      for (const pkg of this.#packages().slice(1)) {
        checking = pkg;
        pkg.pipeline = readPipeline(readKptfileToRender(pkg.directory), pkg.directory);
      }
      this.#readAll(branch.report);
      items = breadthFirst ? await this.#breadthFirst(branch) : await this.#depthFirst(this.#root, branch);
    } catch (error) {
      if (error instanceof PipelineStopped) failure = this.#failure(error, breadthFirst);
      else if (error instanceof KptError && error.code !== "ABORTED") {
        failure = { message: this.#unreadable(checking ?? this.#root, error), error };
      } else throw error;
      items = [...this.#state.values()].flat();
    }
    const root = this.#root.directory;
    if (failure !== undefined) failure.message = failure.message.replaceAll(root, ".");
    const { mutations, validations, runs, executed, packages } = branch;
    items = items.map(item => relativeToRoot(item, root));
    return { items, mutations, validations, runs, executed, packages, failure };
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

  /** How the status tells of a subpackage whose Kptfile is broken. */
  #unreadable(pkg: PipelinePackage, error: KptError): string {
    const details = /can't be read\.\n\nDetails:\n([\s\S]*)/.exec(error.message)?.[1];
    if (details === undefined) return `pkg.render: pkg ${shown(pkg, this.#root)}: ${tidy(error.message)}`;
    const at = `./${relative(this.#root.directory, pkg.directory).split(sep).join("/")}`;
    const inner = `pkg ${at}: error reading Kptfile at ${JSON.stringify(at)}: ${details}`;
    return `pkg.render: pkg ${shown(this.#root, this.#root)}:\n\tpkg.Subpackages: ${inner}`;
  }

  #packages(): PipelinePackage[] {
    const found: PipelinePackage[] = [];
    let level = [this.#root];
    while (level.length > 0) {
      found.push(...level);
      level = level.flatMap(pkg => pkg.below);
    }
    return found;
  }

  async #depthFirst(pkg: PipelinePackage, branch: Branch): Promise<Item[]> {
    branch.packages++;
    let items = itemsOfPackage(pkg.tree, pkg.directory);
    this.#state.set(pkg, items);
    for (const output of await this.#children(pkg, branch)) items = [...items, ...output];
    for (const each of descendants(pkg)) this.#state.delete(each);
    this.#state.set(pkg, items);
    await this.#pipeline(pkg, items, branch, now => this.#state.set(pkg, now));
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
    const packages = this.#packages();
    branch.packages = packages.length;
    let items = preorder(this.#root).flatMap(pkg => itemsOfPackage(pkg.tree, pkg.directory));
    this.#state.set(this.#root, items);
    for (const pkg of packages) {
      const inside = new Set([pkg, ...descendants(pkg)].map(each => each.directory));
      const mine = items.filter(item => inside.has(item.packagePath));
      await this.#pipeline(pkg, mine, branch, now => {
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

  /** Runs one package's pipeline; `keep` is told the items after each function that succeeded. */
  async #pipeline(
    pkg: PipelinePackage,
    input: readonly Item[],
    branch: Branch,
    keep: (items: Item[]) => void,
  ): Promise<void> {
    const { report } = branch;
    const { mutators, validators } = pkg.pipeline;
    report({ type: "package", name: pkg.name });
    if (mutators.length === 0 && validators.length === 0) return;
    let items = [...input];
    const ready: ReadyFunction[] = [];
    for (const declared of mutators) ready.push(await this.#ready(pkg, declared, items, "mutator", branch));
    for (const [i, declared] of mutators.entries()) {
      const fn = ready[i];
      if (fn === undefined) continue;
      items = await this.#step(pkg, declared, fn, items, false, branch);
      keep(items);
    }
    for (const declared of validators) {
      const fn = await this.#ready(pkg, declared, items, "validator", branch);
      await this.#step(pkg, declared, fn, items, true, branch);
    }
    report({ type: "package-done" });
  }

  async #ready(
    pkg: PipelinePackage,
    declared: FunctionDeclaration,
    items: readonly Item[],
    kind: "mutator" | "validator",
    branch: Branch,
  ): Promise<ReadyFunction> {
    try {
      this.#config(pkg, declared, items, kind);
      return await this.#options.host.ready(declared, { latest: true });
    } catch (error) {
      if (!(error instanceof KptError) || error.code === "ABORTED") throw error;
      if (error.code === "KPTFILE_INVALID") throw new PipelineStopped(pkg, false, tidy(error.message), error);
      const { name, image, exec } = declared;
      const identity = { ...(name ? { name } : {}), ...(image ? { image } : {}), ...(exec ? { exec } : {}) };
      (kind === "validator" ? branch.validations : branch.mutations).push(notStarted(identity, error));
      throw new PipelineStopped(pkg, true, error.message, error);
    }
  }

  async #step(
    pkg: PipelinePackage,
    declared: FunctionDeclaration,
    fn: ReadyFunction,
    items: Item[],
    validates: boolean,
    branch: Branch,
  ): Promise<Item[]> {
    const { report } = branch;
    const steps = validates ? branch.validations : branch.mutations;
    if (declared.condition !== undefined && !(await this.#holds(pkg, declared.condition, fn, items, steps))) {
      report({ type: "skipped", fn: fn.label, package: pkg.name, reason: declared.condition });
      return items;
    }
    const outcome = await runFunction(items, {
      fn,
      config: this.#config(pkg, declared, items, validates ? "validator" : "mutator"),
      selectors: declared.selectors,
      exclude: declared.exclude,
      validates,
      owner: pkg.directory,
      packageName: pkg.name,
      report,
      explains: this.#options.explains ?? false,
    });
    steps.push(outcome.run);
    if (outcome.run.executionError === undefined) branch.runs.push(outcome.run);
    if (!outcome.passed) {
      throw new PipelineStopped(pkg, true, outcome.error?.message ?? handled, outcome.error);
    }
    branch.executed++;
    return outcome.items;
  }

  async #holds(
    pkg: PipelinePackage,
    condition: string,
    fn: ReadyFunction,
    items: readonly Item[],
    steps: FunctionRun[],
  ): Promise<boolean> {
    try {
      return await evaluateCondition(condition, items);
    } catch (error) {
      if (!(error instanceof KptError)) throw error;
      steps.push(notStarted(fn.identity, error));
      throw new PipelineStopped(pkg, true, error.message, error);
    }
  }

  /** The functionConfig as it is now: an earlier function may have changed it. */
  #config(
    pkg: PipelinePackage,
    declared: FunctionDeclaration,
    items: readonly Item[],
    kind: "mutator" | "validator",
  ): FunctionConfig {
    const { configPath, configMap, configRef, field, name, image, exec } = declared;
    if (configMap !== undefined && configMap.size > 0) return { node: functionInput(configMap) };
    const own = (item: Item) => item.packagePath === pkg.directory;
    if (configRef !== undefined) {
      const found = items.filter(item => {
        const { resource } = item;
        return (
          own(item) &&
          resource !== undefined &&
          resource.kind === configRef.kind &&
          resource.name === configRef.name &&
          (configRef.apiVersion === undefined || resource.apiVersion === configRef.apiVersion) &&
          (configRef.namespace === undefined || resource.namespace === configRef.namespace)
        );
      });
      if (found.length === 1 && found[0] !== undefined) return { item: found[0] };
      const shownRef = `${configRef.kind}/${configRef.name}`;
      throw invalid(
        `${field}.configRef`,
        shownRef,
        `functionConfig must match exactly one resource of the package, got ${found.length}`,
      );
    }
    if (configPath === undefined) return undefined;
    const item = items.find(each => own(each) && each.path === configPath);
    if (item !== undefined) return { item };
    const clean = cleanPath(configPath);
    const label = name ?? baseName(image ?? exec ?? "");
    if (descendants(pkg).some(each => staysInside(relative(each.directory, join(pkg.directory, clean))))) {
      throw invalid(
        `${field}.configPath`,
        configPath,
        `functionConfig resource for ${kind} ${JSON.stringify(label)} is missing from path ${JSON.stringify(configPath)}, this also occurs if ${JSON.stringify(configPath)} is part of a subpackage`,
      );
    }
    return { node: readConfigFile(pkg.directory, configPath) };
  }

  #failure(stopped: PipelineStopped, breadthFirst: boolean): RenderFailure {
    const { at, duringPipeline, reason, error } = stopped;
    if (!duringPipeline) return { message: `pkg.render: pkg ${shown(at, this.#root)}: ${reason}`, error };
    if (breadthFirst) {
      const inner = at === this.#root ? reason : `pkg ${shown(at, this.#root)}: ${reason}`;
      return {
        message: `pkg.render: pkg ${shown(this.#root, this.#root)}:\n\tpipeline.run: ${inner}`,
        error,
      };
    }
    const chain = pathTo(this.#root, at).slice(1);
    const frames = (chain.length === 0 ? [at] : chain).map(pkg => `pkg ${shown(pkg, this.#root)}:`);
    return { message: `pkg.render: ${frames.join("\n\t")}\n\tpipeline.run: ${reason}`, error };
  }
}

function shown(pkg: PipelinePackage | undefined, root: PipelinePackage): string {
  return (pkg ?? root).shownPath;
}

/** Messages with a frame of their own end in a blank that only the terminal knows. */
function tidy(message: string): string {
  return message.replace(/ $/, "");
}

function baseName(text: string): string {
  return text.slice(text.lastIndexOf("/") + 1).replace(/[:@].*$/, "");
}

function descendants(pkg: PipelinePackage): PipelinePackage[] {
  return preorder(pkg).slice(1);
}

function preorder(pkg: PipelinePackage): PipelinePackage[] {
  return [pkg, ...pkg.below.flatMap(preorder)];
}

function pathTo(from: PipelinePackage, to: PipelinePackage): PipelinePackage[] {
  if (from === to) return [from];
  for (const child of from.below) {
    const rest = pathTo(child, to);
    if (rest.length > 0) return [from, ...rest];
  }
  return [];
}

/** The item with its path below the root package; who owns it is in the path from now on. */
function relativeToRoot(item: Item, root: string): Item {
  const owner = item.packagePath === "" ? root : resolve(root, item.packagePath);
  const base = relative(root, owner).split(sep).join("/");
  const place = (path: string) => cleanPath(base === "" ? path.replace(/^\/+/, "") : `${base}/${path}`);
  const carried = new Map(item.carried);
  carried.delete(names.packagePath);
  for (const key of [names.path, names.legacyPath]) {
    const path = carried.get(key);
    if (path !== undefined) carried.set(key, place(path));
  }
  return item.carry(carried);
}
