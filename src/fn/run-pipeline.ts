import { KptError } from "../core/error.ts";
import type { Branch } from "./branch.ts";
import { evaluateCondition } from "./condition.ts";
import { configOf } from "./declared-config.ts";
import type { PipelinePackage } from "./hierarchy.ts";
import type { FunctionHost, ReadyFunction } from "./host.ts";
import type { Item } from "./item.ts";
import type { FunctionDeclaration } from "./pipeline.ts";
import { notStarted, runFunction } from "./runner.ts";
import { PipelineStopped, tidy } from "./stopped.ts";

export interface PipelineOptions {
  host: FunctionHost;
  explains?: boolean;
}

const handled = "already handled error";

/**
 * Runs one package's pipeline: all mutators are made ready before the first one runs, validators one by one. `keep` is
 * told the items after each function that succeeded. Throws PipelineStopped at the first that doesn't.
 */
export async function runPipeline(
  pkg: PipelinePackage,
  input: readonly Item[],
  branch: Branch,
  options: PipelineOptions,
  keep: (items: Item[]) => void,
): Promise<void> {
  const { mutators, validators } = pkg.pipeline;
  branch.report({ type: "package", name: pkg.name });
  if (mutators.length === 0 && validators.length === 0) return;
  const phase = (validates: boolean) => new Phase(pkg, branch, options, validates);
  const mutate = phase(false);
  let items = [...input];
  const ready: ReadyFunction[] = [];
  for (const declared of mutators) ready.push(await mutate.ready(declared, items));
  for (const [i, declared] of mutators.entries()) {
    const fn = ready[i];
    if (fn === undefined) continue;
    items = await mutate.step(declared, fn, items);
    keep(items);
  }
  const validate = phase(true);
  for (const declared of validators) {
    await validate.step(declared, await validate.ready(declared, items), items);
  }
  branch.report({ type: "package-done" });
}

/** The mutators of a package, or its validators. */
class Phase {
  readonly #pkg: PipelinePackage;
  readonly #branch: Branch;
  readonly #options: PipelineOptions;
  readonly #validates: boolean;

  constructor(pkg: PipelinePackage, branch: Branch, options: PipelineOptions, validates: boolean) {
    this.#pkg = pkg;
    this.#branch = branch;
    this.#options = options;
    this.#validates = validates;
  }

  async ready(declared: FunctionDeclaration, items: readonly Item[]): Promise<ReadyFunction> {
    try {
      // What is written in the Kptfile itself was checked when that was read.
      if (declared.configMap === undefined) this.#config(declared, items);
      return await this.#options.host.ready(declared, { latest: true });
    } catch (error) {
      if (!(error instanceof KptError) || error.code === "ABORTED") throw error;
      if (error.code === "KPTFILE_INVALID") {
        throw new PipelineStopped(this.#pkg, false, tidy(error.message), error);
      }
      const { name, image, exec } = declared;
      const identity = { ...(name ? { name } : {}), ...(image ? { image } : {}), ...(exec ? { exec } : {}) };
      this.#steps.push(notStarted(identity, error));
      throw new PipelineStopped(this.#pkg, true, error.message, error);
    }
  }

  async step(declared: FunctionDeclaration, fn: ReadyFunction, items: Item[]): Promise<Item[]> {
    const { report, runs } = this.#branch;
    const { condition, selectors, exclude } = declared;
    const { name, directory } = this.#pkg;
    if (condition !== undefined && !(await this.#holds(condition, fn, items))) {
      report({ type: "skipped", fn: fn.label, package: name, reason: condition });
      return items;
    }
    const outcome = await runFunction(items, {
      fn,
      config: this.#config(declared, items),
      selectors,
      exclude,
      validates: this.#validates,
      owner: directory,
      packageName: name,
      report,
      explains: this.#options.explains ?? false,
    });
    this.#steps.push(outcome.run);
    if (outcome.run.executionError === undefined) runs.push(outcome.run);
    if (!outcome.passed) {
      throw new PipelineStopped(this.#pkg, true, outcome.error?.message ?? handled, outcome.error);
    }
    this.#branch.executed++;
    return outcome.items;
  }

  get #steps() {
    return this.#validates ? this.#branch.validations : this.#branch.mutations;
  }

  #config(declared: FunctionDeclaration, items: readonly Item[]) {
    return configOf(this.#pkg, declared, items, this.#validates ? "validator" : "mutator");
  }

  async #holds(condition: string, fn: ReadyFunction, items: readonly Item[]): Promise<boolean> {
    try {
      return await evaluateCondition(condition, items);
    } catch (error) {
      if (!(error instanceof KptError)) throw error;
      this.#steps.push(notStarted(fn.identity, error));
      throw new PipelineStopped(this.#pkg, true, error.message, error);
    }
  }
}
