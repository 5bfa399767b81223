import type { KptError } from "../core/error.ts";
import type { Selector } from "../package/kptfile.ts";
import { changesBetween, takeSnapshot } from "./explain.ts";
import type { ReadyFunction } from "./host.ts";
import type { Item } from "./item.ts";
import type { Report } from "./progress.ts";
import type { FunctionRun } from "./results.ts";
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
  /** Reports what each function changed; costs time for large lists. */
  explains?: boolean;
}

/** Runs one function on those of the items that it selects, and tells what happens. */
export async function runFunction(items: readonly Item[], options: RunOptions): Promise<Outcome> {
  const { fn, config, selectors, exclude, validates, owner, packageName, report, explains } = options;
  const selects = selectors.length > 0 || exclude.length > 0;
  const selected = selects
    ? items.filter(({ resource, foreign }) => {
        return foreign === undefined && resource !== undefined && isSelected(resource, selectors, exclude);
      })
    : undefined;
  report({ type: "started", fn: fn.label, selected: selected?.length, package: packageName });
  const before = explains && !validates ? takeSnapshot(items) : undefined;
  const started = process.hrtime();
  const outcome = await callFunction(items, selected, {
    runtime: fn.runtime,
    config,
    validates,
    owner,
    identity: fn.identity,
  });
  const [seconds, nanoseconds] = process.hrtime(started);
  const durationMs = seconds * 1000 + nanoseconds / 1e6;
  const exited = outcome.passed || outcome.error === undefined;
  const common = { fn: fn.label, package: packageName };
  report({ type: "finished", ...common, passed: outcome.passed, exited, durationMs, run: outcome.run });
  if (before !== undefined && outcome.passed) {
    report({ type: "changed", ...common, changes: changesBetween(before, takeSnapshot(outcome.items)) });
  }
  return outcome;
}

/** The step that could not even start, as it is recorded. */
export function notStarted(identity: ReadyFunction["identity"], error: KptError): FunctionRun {
  return { ...identity, executionError: error.message, exitCode: 1, results: [] };
}
