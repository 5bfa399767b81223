import type { PlainValue } from "../core/yaml/node.ts";
import { stringify } from "../core/yaml/print.ts";
import type { Kptfile } from "../package/kptfile.ts";
import type { Rendered } from "./render.ts";
import { type FunctionRun, storedResult } from "./results.ts";

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

/** Writes the outcome of a render into its root Kptfile (spec: fn 3.9); everything else in it stays as it is. */
export function recordStatus(kptfile: Kptfile, outcome: Rendered): void {
  const { failure, mutations, validations } = outcome;
  kptfile.setCondition(
    failure === undefined
      ? { type: "Rendered", status: "True", reason: "RenderSuccess" }
      : { type: "Rendered", status: "False", reason: "RenderFailed", message: failure.message },
  );
  if (mutations.length === 0 && validations.length === 0) {
    kptfile.setRenderStatus(undefined);
    return;
  }
  const summary = [...mutations, ...validations].filter(run => run.exitCode !== 0).map(summaryOf);
  kptfile.setRenderStatus({
    ...(mutations.length > 0 ? { mutationSteps: mutations.map(storedStep) } : {}),
    ...(validations.length > 0 ? { validationSteps: validations.map(storedStep) } : {}),
    ...(summary.length > 0 ? { errorSummary: summary.join("\n") } : {}),
  });
}

function storedStep(run: FunctionRun): PlainValue {
  const { name, image, exec, executionError, stderr, exitCode, results } = run;
  const map = new Map<string, PlainValue>();
  for (const [key, value] of Object.entries({ name, image, exec, executionError, stderr })) {
    if (value !== undefined && value !== "") map.set(key, value);
  }
  map.set("exitCode", exitCode);
  if (results.length > 0) map.set("results", results.map(storedResult));
  const errors = results.filter(result => result.severity === "error");
  if (errors.length > 0) map.set("errorResults", errors.map(storedResult));
  return map;
}

function summaryOf(run: FunctionRun): string {
  return `${run.name ?? run.image ?? run.exec}: ${run.executionError ?? `exit code ${run.exitCode}`}`;
}
