import { KptError, messageOf } from "../../../core/error.ts";
import type { ApplyOptions } from "../../../live/apply/apply-package.ts";
import type { Pace, RunOutcome } from "../../../live/apply/run.ts";
import type { LiveEvent } from "../../../live/events.ts";
import type { InventoryPolicy } from "../../../live/plan/filters/filter.ts";
import { reporters } from "../../../live/report/replay.ts";
import type { DryRun } from "../../../live/report/reporter.ts";
import { Tally } from "../../../live/report/tally.ts";
import type { Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { exitCodes } from "../../exit-codes.ts";
import { tableOutput } from "../../terminal/table-output.ts";
import { withBlock } from "./block.ts";
import type { runFlags } from "./run-flags.ts";

export const propagationPolicies = ["Background", "Foreground", "Orphan"] as const;
export type Propagation = (typeof propagationPolicies)[number];

export function isReleaseDialect(context: Context): boolean {
  return context.env["KPT_LIVE_EVENTS"] === "release";
}

export function checkOutput(output: string): void {
  if (output === "events" || output === "json" || output === "table") return;
  throw new KptError("USAGE", `unknown output type ${JSON.stringify(output)}`);
}

export function propagationOf(value: string, what: "prune" | "delete"): Propagation {
  const found = propagationPolicies.find(policy => policy === value);
  if (found !== undefined) return found;
  throw new KptError("USAGE", `${what} propagation policy must be one of ${propagationPolicies.join(", ")}`);
}

export function policyOf(value: string): InventoryPolicy {
  if (value === "strict" || value === "adopt" || value === "force-adopt") return value;
  throw new KptError("USAGE", "inventory policy must be one of strict, adopt");
}

function statusPolicyOf(value: string): "all" | "none" {
  if (value === "all" || value === "none") return value;
  throw new KptError("USAGE", "status policy must be one of none, all");
}

function parallelismOf(value: number): number {
  if (value >= 1) return value;
  throw new KptError("USAGE", `--parallelism must be at least 1, got ${value}`);
}

/** Reports for people come as things happen, those for programs and the release's text wave by wave. */
function paceOf(context: Context, output: string, mode: "apply" | "destroy"): Pace {
  if (output === "events" && isReleaseDialect(context)) return { run: "waves", report: "waves" };
  // A destroy reads best the way it was recorded: dependants and what they stood on, one after another.
  return { run: "stream", report: output === "json" || mode === "destroy" ? "waves" : "stream" };
}

/** What the flags that apply and destroy share mean to the engine. */
export function engineOptions(
  context: Context,
  flags: Input<typeof runFlags>["flags"],
  mode: "apply" | "destroy",
): Pick<ApplyOptions, "policy" | "statusPolicy" | "parallelism" | "pace"> {
  return {
    policy: policyOf(flags["inventory-policy"]),
    statusPolicy: statusPolicyOf(flags["status-policy"]),
    parallelism: parallelismOf(flags.parallelism),
    pace: paceOf(context, flags.output, mode),
  };
}

type RunFlags = Pick<Input<typeof runFlags>["flags"], "output" | "show-status-events" | "fail-on-skip"> & {
  diff?: boolean;
};

/** Carries out a run and prints its events; the exit code says how it went. */
export async function reported(
  context: Context,
  flags: RunFlags,
  dryRun: DryRun,
  run: (emit: (event: LiveEvent) => void) => Promise<RunOutcome>,
): Promise<number> {
  const dialect = isReleaseDialect(context) ? "release" : "seed";
  const output = flags.output === "json" ? "json" : flags.output === "table" ? "table" : dialect;
  const options = {
    showStatusEvents: flags["show-status-events"] === true,
    dryRun,
    showChanges: flags.diff === true,
    isTerse: dialect === "release",
    now: () => context.now(),
  };
  const reporter =
    output === "seed" && dryRun === "none"
      ? withBlock(context, out => reporters.seed(out, options))
      : reporters[output](output === "table" ? tableOutput(context) : context.stdout, options);
  const tally = new Tally();
  let isPlanning = false;
  let policySkips = 0;
  let deletions = 0;
  let outcome: RunOutcome;
  try {
    outcome = await run(event => {
      if (event.type === "planning") {
        isPlanning = true;
        if (dryRun !== "none" && output !== "json") context.stdout.write(`Dry-run strategy: ${dryRun}\n`);
      }
      tally.add(event);
      if ("error" in event && event.error?.startsWith("inventory policy prevented")) policySkips++;
      if ((event.type === "prune" || event.type === "delete") && event.status === "Successful") deletions++;
      reporter.event(event);
    });
  } catch (thrown) {
    if (isPlanning) {
      reporter.event({ type: "error", error: messageOf(thrown) });
      reporter.end();
    }
    throw thrown;
  }
  reporter.end();
  if (policySkips > 0 && output === "seed") context.stderr.write(policyHint(policySkips));
  if (deletions > 0 && dryRun !== "none" && output === "seed") context.stderr.write(deletionHint(deletions));
  if (outcome.isInterrupted) return exitCodeOf(context.signal);
  if (tally.broken) return exitCodes.resourcesFailed;
  return flags["fail-on-skip"] === true && tally.skippedActuations > 0
    ? exitCodes.resourcesFailed
    : exitCodes.ok;
}

/** Which signal it was is known to who has sent it on. */
export function exitCodeOf({ reason }: AbortSignal): number {
  return reason instanceof KptError ? reason.exitCode : exitCodes.interrupted;
}

/** Whoever adds the annotation and removes the file in one go would lose the object. */
function deletionHint(count: number): string {
  const [what, them] = count === 1 ? ["1 resource", "it"] : [`${count} resources`, "them"];
  return `hint: ${what} would be deleted; an annotation client.lifecycle.config.k8s.io/deletion: detach keeps ${them} only if it was applied before\n`;
}

function policyHint(count: number): string {
  const what = count === 1 ? "1 resource was" : `${count} resources were`;
  return `hint: ${what} left alone because another inventory, or none, owns them; --inventory-policy=adopt takes those of nobody, --fail-on-skip makes this an error\n`;
}
