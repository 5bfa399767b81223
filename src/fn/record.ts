import { shorten } from "../core/shorten.ts";
import type { PlainValue } from "../core/yaml/node.ts";
import { stringify } from "../core/yaml/print.ts";
import type { Kptfile } from "../package/kptfile.ts";
import type { Rendered } from "./render.ts";
import { type FunctionResult, type FunctionRun, storedResult } from "./results.ts";

/** The text of results.yaml (spec: fn 3.11). */
export function resultsFile(runs: readonly FunctionRun[], failed: boolean): string {
  const list = new Map<string, PlainValue>([
    ["apiVersion", "kpt.dev/v1"],
    ["kind", "FunctionResultList"],
    ["metadata", { name: "fnresults" }],
    ["exitCode", failed ? 1 : 0],
  ]);
  if (runs.length > 0) list.set("items", runs.map(storedRun));
  return stringify(list, { indentSeq: "wide" });
}

function storedRun({ image, exec, stderr, exitCode, results }: FunctionRun): PlainValue {
  const map = new Map<string, PlainValue>();
  if (image !== undefined) map.set("image", image);
  if (exec !== undefined) map.set("exec", exec);
  if (stderr !== undefined && stderr !== "") map.set("stderr", stderr);
  map.set("exitCode", exitCode);
  if (results.length > 0) map.set("results", results.map(storedResult));
  return map;
}

/** A Kptfile is read by people and kept in git: what a function says without end is kept whole in results.yaml only. */
const longestText = 16 * 1024;
const mostResults = 1000;

function bounded(text: string): string {
  return shorten(
    text,
    longestText,
    left => `\n… (${left} characters are left out, --results-dir keeps them) …\n`,
  );
}

/** The results with bounded texts, the last of them telling how many are left out. */
function boundedResults(results: readonly FunctionResult[]): PlainValue[] {
  const kept = results.slice(0, mostResults).map(result => {
    const { message, field } = result;
    return storedResult({
      ...result,
      ...(message === undefined ? {} : { message: bounded(message) }),
      ...(field === undefined ? {} : { field: boundedField(field) }),
    });
  });
  const left = results.length - kept.length;
  if (left > 0) {
    const message = `… and ${left} more results are left out, --results-dir keeps them`;
    kept.push(storedResult({ message, severity: "info" }));
  }
  return kept;
}

function boundedField(field: NonNullable<FunctionResult["field"]>): NonNullable<FunctionResult["field"]> {
  const { currentValue, proposedValue } = field;
  return {
    ...field,
    ...(currentValue === undefined ? {} : { currentValue: bounded(currentValue) }),
    ...(proposedValue === undefined ? {} : { proposedValue: bounded(proposedValue) }),
  };
}

/** Writes the outcome of a render into its root Kptfile (spec: fn 3.9); everything else in it stays as it is. */
export function recordStatus(kptfile: Kptfile, outcome: Rendered): void {
  const { failure, mutations, validations } = outcome;
  kptfile.setCondition(
    failure === undefined
      ? { type: "Rendered", status: "True", reason: "RenderSuccess" }
      : { type: "Rendered", status: "False", reason: "RenderFailed", message: bounded(failure.message) },
  );
  if (mutations.length === 0 && validations.length === 0) {
    kptfile.setRenderStatus(undefined);
    return;
  }
  const summary = [...mutations, ...validations].filter(run => run.exitCode !== 0).map(summaryOf);
  kptfile.setRenderStatus({
    ...(mutations.length > 0 ? { mutationSteps: mutations.map(storedStep) } : {}),
    ...(validations.length > 0 ? { validationSteps: validations.map(storedStep) } : {}),
    ...(summary.length > 0 ? { errorSummary: bounded(summary.join("\n")) } : {}),
  });
}

function storedStep(run: FunctionRun): PlainValue {
  const { name, image, exec, executionError, stderr, exitCode, results } = run;
  const map = new Map<string, PlainValue>();
  for (const [key, value] of Object.entries({ name, image, exec, executionError, stderr })) {
    if (value !== undefined && value !== "") map.set(key, bounded(value));
  }
  map.set("exitCode", exitCode);
  if (results.length > 0) map.set("results", boundedResults(results));
  const errors = results.filter(result => result.severity === "error");
  if (errors.length > 0) map.set("errorResults", boundedResults(errors));
  return map;
}

function summaryOf(run: FunctionRun): string {
  return `${run.name ?? run.image ?? run.exec}: ${run.executionError ?? `exit code ${run.exitCode}`}`;
}
