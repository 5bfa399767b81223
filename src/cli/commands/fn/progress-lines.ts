import { shorten } from "../../../core/shorten.ts";
import type { Progress, Report } from "../../../fn/progress.ts";
import { type FunctionResult, resultLine } from "../../../fn/results.ts";
import { duration, quoted } from "../../../fn/spelling.ts";
import type { Output } from "../../context.ts";
import { visibleLine } from "../../terminal/visible.ts";
import { RunningLine } from "./running-line.ts";

/** Shows what happens as kpt's lines (spec: fn 3.8). */
export class ProgressLines {
  readonly #line: RunningLine;
  readonly #folds: boolean;

  constructor(output: Output, options: { folds: boolean }) {
    this.#line = new RunningLine(output);
    this.#folds = options.folds;
  }

  /** Takes what only a terminal shows away: nothing runs any more. */
  stop(): void {
    this.#line.stop();
  }

  readonly report: Report = progress => {
    const write = (text: string) => this.#line.write(text);
    switch (progress.type) {
      case "package":
        return write(`Package ${quoted(progress.name)}:\n`);
      case "package-done":
        return write("\n");
      case "warning":
        return write(`[WARN] ${visibleLine(progress.message)}\n`);
      case "started": {
        const count = progress.selected === undefined ? "" : ` on ${progress.selected} resource(s)`;
        write(`[RUNNING] ${labelOf(progress.fn)}${count}${onPackage(progress.package)}\n`);
        return this.#line.start(progress.fn);
      }
      case "skipped":
        return write(
          `[SKIPPED] ${labelOf(progress.fn)}${onPackage(progress.package)}: condition is false: ${visibleLine(progress.reason)}\n`,
        );
      case "changed":
        return write(changeLines(progress.changes));
      case "finished": {
        this.#line.stop();
        const { run, passed, exited } = progress;
        const lines = [
          `[${passed ? "PASS" : "FAIL"}] ${labelOf(progress.fn)} in ${duration(progress.durationMs)}`,
        ];
        if (run.results.length > 0)
          lines.push(`  [Results]:\n${folded(run.results, this.#folds).join("\n")}`);
        if (run.files !== undefined) lines.push(`  In: ${visibleLine(run.files.join(", "))}`);
        const showsStderr = exited && run.stderr !== undefined && run.stderr !== "";
        if (showsStderr)
          lines.push("  Stderr:", ...(run.stderr ?? "").split("\n").map(line => `    ${line.trim()}`));
        if (exited && !passed) lines.push(`  Exit code: ${run.exitCode}`);
        return write(`${lines.join("\n")}\n`);
      }
    }
  };
}

/** Commands may be scripts. */
function labelOf(fn: string): string {
  return quoted(shorten(fn, 4000));
}

function onPackage(name: string | undefined): string {
  return name === undefined ? "" : ` on package ${quoted(name)}`;
}

/** So many results that differ only in names and numbers are read by nobody; a few of them stand for the rest. */
const tooManyAlike = 200;
const shownAlike = 13;

function folded(results: readonly FunctionResult[], folds: boolean): string[] {
  const counts = new Map<string, number>();
  if (folds)
    for (const result of results) counts.set(likeness(result), (counts.get(likeness(result)) ?? 0) + 1);
  const shown = new Map<string, number>();
  const lines: string[] = [];
  for (const result of results) {
    const key = likeness(result);
    const total = counts.get(key) ?? 0;
    const before = shown.get(key) ?? 0;
    shown.set(key, before + 1);
    if (total <= tooManyAlike || before < shownAlike) lines.push(`    ${resultLine(result)}`);
    else if (before === shownAlike) lines.push(`    … and ${total - shownAlike} more like this`);
  }
  return lines;
}

function likeness({ severity, message }: FunctionResult): string {
  return `${severity ?? ""} ${(message ?? "").replace(/"[^"]*"|'[^']*'|`[^`]*`|\[[^\]]*\]|\d+/g, "…")}`;
}

function changeLines(changes: Extract<Progress, { type: "changed" }>["changes"]): string {
  if (changes.length === 0) return "  no changes\n";
  return changes
    .map(({ object, file, path, before, after }) => {
      const what = path === "" ? "" : ` ${path}`;
      const values = [
        before === undefined ? undefined : `- ${before}`,
        after === undefined ? undefined : `+ ${after}`,
      ];
      const lines = values.filter(value => value !== undefined).map(value => `      ${visibleLine(value)}\n`);
      return `    ${visibleLine(`${object} (${file})${what}`)}\n${lines.join("")}`;
    })
    .join("");
}
