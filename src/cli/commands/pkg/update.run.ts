import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { KptError } from "../../../core/error.ts";
import { countDecisions } from "../../../merge/decision.ts";
import { UpstreamFetcher } from "../../../upstream/fetch.ts";
import { linesByGit } from "../../../upstream/merge-lines.ts";
import { uncommittedChanges } from "../../../upstream/uncommitted.ts";
import { type PlannedUpdate, planUpdate } from "../../../upstream/update.ts";
import { parseStrategy } from "../../../upstream/update-strategy.ts";
import type { Input, Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import { exitCodes } from "../../exit-codes.ts";
import { packageArgument } from "../../package-argument.ts";
import { StatusLine } from "../../terminal/status-line.ts";
import { splitVersion } from "../../version-argument.ts";
import type { updateFlags } from "./update.ts";
import { conflictLines, decisionJson, decisionList } from "./update-report.ts";

export const run: Run<typeof updateFlags> = async (context, { args, flags }) => {
  const { cwd, env, signal } = context;
  const { path, version } = versioned(args[0] ?? ".");
  const { given, absolute } = packageArgument(context, path);
  const directory = realpathSync(absolute);
  if (isOutside(relative(realpathSync(cwd), directory))) {
    throw new KptError("USAGE", "package path must be under current working directory", { label: "Error" });
  }
  const strategy = flags.strategy ? parseStrategy(flags.strategy) : undefined;
  const status = new StatusLine(context.stderr);
  const report = (line: string): void => status.write(`${line}\n`);
  const onProgress = context.stderr.isTTY ? (line: string) => status.show(line) : undefined;
  const warning = flags["dry-run"] ? undefined : await uncommittedChanges(directory, context);
  if (warning !== undefined) report(warning);
  const planned = await planUpdate({
    directory,
    ref: version,
    strategy,
    onConflict: policy(flags["on-conflict"]),
    fetcher: new UpstreamFetcher({ env, cwd, signal, ...(onProgress ? { onProgress } : {}) }),
    signal,
    report,
    mergeLines: linesByGit({ env, signal }),
    ...(onProgress ? { progress: onProgress } : {}),
  }).finally(() => status.clear());
  if (flags["on-conflict"] === "fail" && !flags["dry-run"]) refuseConflicts(planned, given);
  if (signal.aborted) throw new KptError("ABORTED", "interrupted");
  if (!flags["dry-run"]) planned.draft.commit();
  tell(context, planned, given, flags);
  return exitCodes.ok;
};

type UpdateFlags = Input<typeof updateFlags>["flags"];

function tell(context: Context, planned: PlannedUpdate, given: string, flags: UpdateFlags): void {
  const { stdout, stderr } = context;
  const { decisions, updated } = planned;
  const isDryRun = flags["dry-run"];
  if (flags.output === "json") stdout.write(decisionJson(planned, isDryRun));
  else if (isDryRun) stdout.write(decisionList(decisions, given));
  stderr.write(isDryRun ? `\nWould update ${updated} package(s).\n` : `\nUpdated ${updated} package(s).\n`);
  const conflicts = decisions.filter(({ conflict }) => conflict);
  if (isDryRun || conflicts.length === 0) return;
  stderr.write(
    `\nDetails:\n${conflictLines(conflicts, given)
      .map(line => `[Warn] ${line}\n`)
      .join("")}`,
  );
}

function refuseConflicts({ decisions }: PlannedUpdate, given: string): void {
  const { conflicts } = countDecisions(decisions);
  if (conflicts === 0) return;
  const lines = conflictLines(
    decisions.filter(({ conflict }) => conflict),
    given,
  );
  throw new KptError(
    "MERGE_CONFLICT",
    `${conflicts} conflict(s) between local and upstream changes, nothing was written:\n${lines.map(line => `  ${line}`).join("\n")}`,
    {
      exitCode: exitCodes.mergeConflict,
      hint: "decide with --on-conflict=upstream or --on-conflict=local",
    },
  );
}

/** `fail` looks at conflicts once they are all known. */
function policy(typed: string | undefined): "upstream" | "local" | undefined {
  if (typed === "local") return "local";
  return typed === undefined ? undefined : "upstream";
}

function versioned(argument: string): ReturnType<typeof splitVersion> {
  try {
    return splitVersion(argument);
  } catch (error) {
    if (!(error instanceof KptError)) throw error;
    throw new KptError(error.code, error.message, { label: "Error", cause: error });
  }
}

function isOutside(path: string): boolean {
  return path === ".." || path.startsWith(`..${"/"}`) || join("/", path) === path;
}
