import type { Progress } from "../../../fn/progress.ts";
import type { Rendered } from "../../../fn/render.ts";
import type { FunctionResult } from "../../../fn/results.ts";

/** What happened, for machines: one JSON object. Fields are only ever added. */
export function jsonReport(outcome: Rendered, seen: readonly Progress[]): string {
  const steps: object[] = [];
  const warnings: string[] = [];
  let last: { outcome: string; changes?: unknown } | undefined;
  for (const progress of seen) {
    if (progress.type === "warning") warnings.push(progress.message);
    else if (progress.type === "skipped") {
      steps.push({
        package: progress.package,
        function: progress.fn,
        outcome: "skipped",
        condition: progress.reason,
      });
    } else if (progress.type === "finished") {
      const { run } = progress;
      const step = {
        package: progress.package,
        function: progress.fn,
        outcome: progress.passed ? "passed" : "failed",
        durationMs: Math.round(progress.durationMs),
        exitCode: run.exitCode,
        ...(run.executionError === undefined ? {} : { error: run.executionError }),
        ...(run.stderr === undefined ? {} : { stderr: run.stderr }),
        results: run.results.map(plainResult),
        ...(run.files === undefined ? {} : { files: run.files }),
      };
      steps.push(step);
      last = step;
    } else if (progress.type === "changed" && last !== undefined) last.changes = progress.changes;
  }
  const report = {
    succeeded: outcome.failure === undefined,
    executed: outcome.executed,
    packages: outcome.packages,
    ...(outcome.failure === undefined ? {} : { error: outcome.failure.message }),
    warnings,
    steps,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function plainResult(result: FunctionResult): object {
  return { ...result, ...(result.tags ? { tags: Object.fromEntries(result.tags) } : {}) };
}
