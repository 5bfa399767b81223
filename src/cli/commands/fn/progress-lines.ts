import type { Progress } from "../../../fn/progress.ts";
import { type FunctionResult, resultLine } from "../../../fn/results.ts";
import { duration, quoted } from "../../../fn/spelling.ts";
import type { Output } from "../../context.ts";
import { visible } from "../../terminal/visible.ts";

/** Shows what happens as kpt's lines (spec: fn 3.8). */
export function progressLines(output: Output, options: { folds: boolean }): (progress: Progress) => void {
  const write = (text: string) => output.write(visible(text));
  return progress => {
    switch (progress.type) {
      case "package":
        return write(`Package ${quoted(progress.name)}:\n`);
      case "package-done":
        return write("\n");
      case "warning":
        return write(`[WARN] ${progress.message}\n`);
      case "started": {
        const count = progress.selected === undefined ? "" : ` on ${progress.selected} resource(s)`;
        return write(`[RUNNING] ${quoted(progress.fn)}${count}${onPackage(progress.package)}\n`);
      }
      case "skipped":
        return write(
          `[SKIPPED] ${quoted(progress.fn)}${onPackage(progress.package)}: condition is false: ${progress.reason}\n`,
        );
      case "changed":
        return write(changeLines(progress.changes));
      case "finished": {
        const { run, passed, exited } = progress;
        const lines = [
          `[${passed ? "PASS" : "FAIL"}] ${quoted(progress.fn)} in ${duration(progress.durationMs)}`,
        ];
        if (run.results.length > 0) lines.push("  [Results]:", ...folded(run.results, options.folds));
        const showsStderr = exited && run.stderr !== undefined && run.stderr !== "";
        if (showsStderr)
          lines.push("  Stderr:", ...(run.stderr ?? "").split("\n").map(line => `    ${line.trim()}`));
        if (exited && !passed) lines.push(`  Exit code: ${run.exitCode}`);
        return write(`${lines.join("\n")}\n`);
      }
    }
  };
}

function onPackage(name: string | undefined): string {
  return name === undefined ? "" : ` on package ${quoted(name)}`;
}

const shownAlike = 20;

/** Results that differ only in names and numbers are shown twenty times, then counted. */
function folded(results: readonly FunctionResult[], folds: boolean): string[] {
  if (!folds) return results.map(result => `    ${resultLine(result)}`);
  const alike = (result: FunctionResult) =>
    `${result.severity ?? ""} ${(result.message ?? "").replace(/"[^"]*"|'[^']*'|`[^`]*`|\[[^\]]*\]|\d+/g, "…")}`;
  const counts = new Map<string, number>();
  const lines: string[] = [];
  for (const result of results) {
    const key = alike(result);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= shownAlike) lines.push(`    ${resultLine(result)}`);
    else if (count === shownAlike + 1) lines.push(key);
  }
  return lines.map(line => {
    const more = (counts.get(line) ?? 0) - shownAlike;
    return more > 0 ? `    … and ${more} more like this` : line;
  });
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
      const lines = values.filter(value => value !== undefined).map(value => `      ${value}\n`);
      return `    ${object} (${file})${what}\n${lines.join("")}`;
    })
    .join("");
}
