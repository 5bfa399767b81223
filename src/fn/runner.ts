import type { KptError } from "../core/error.ts";
import type { Selector } from "../package/kptfile.ts";
import type { ReadyFunction } from "./host.ts";
import type { Item } from "./item.ts";
import type { Report } from "./progress.ts";
import { isSelected } from "./select.ts";
import { callFunction, type Outcome } from "./step.ts";
import type { FunctionConfig } from "./wire.ts";

export interface RunOptions {
  fn: ReadyFunction;
  config: FunctionConfig;
  selectors: readonly Selector[];
  exclude: readonly Selector[];
  validates: boolean;
  /** Absolute path of the package whose pipeline this is. */
  owner?: string;
  /** As progress lines call it. */
  packageName?: string;
  report: Report;
}

/** Runs one function on those of the items that it selects, and tells what happens. */
export async function runFunction(items: readonly Item[], options: RunOptions): Promise<Outcome> {
  const { fn, config, selectors, exclude, validates, owner, packageName, report } = options;
  const selects = selectors.length > 0 || exclude.length > 0;
  const selected = selects
    ? items.filter(({ resource, foreign }) => {
        return foreign === undefined && resource !== undefined && isSelected(resource, selectors, exclude);
      })
    : undefined;
  report({ type: "started", fn: fn.label, selected: selected?.length, package: packageName });
  const started = performance.now();
  const outcome = await callFunction(items, selected, {
    runtime: fn.runtime,
    config,
    validates,
    owner,
    identity: fn.identity,
  });
  const durationMs = performance.now() - started;
  const exited = outcome.passed || outcome.error === undefined;
  report({ type: "finished", fn: fn.label, passed: outcome.passed, exited, durationMs, run: outcome.run });
  return outcome;
}

/** The step that could not even start, as it is recorded. */
export function notStarted(identity: ReadyFunction["identity"], error: KptError) {
  return { ...identity, executionError: error.message, exitCode: 1, results: [] };
}
