import { formatDisplay } from "../../core/resource-id.ts";
import type { Action, ActuationEvent, WaitEvent } from "../events.ts";
import { keyOf } from "../plan/identity.ts";
import { reasonsOf } from "../status/reasons.ts";
import { lineReporter, statusLine } from "./lines.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import type { Tally } from "./tally.ts";

const done = { apply: "applied", prune: "pruned", delete: "deleted" } as const;
const waited = {
  Pending: "reconcile pending",
  Successful: "reconciled",
  Skipped: "reconcile skipped",
  Timeout: "reconcile timeout",
  Failed: "reconcile failed",
} as const;

/** Lines as the book shows them; a summary follows the last group of each action. */
export function seedReporter(out: Sink, options: ReportOptions): Reporter {
  const open = new Map<Action, number>();
  const told = new Map<string, string>();
  const isDry = options.dryRun !== "none";
  return lineReporter(out, options, {
    init({ groups }) {
      for (const { action } of groups) open.set(action, (open.get(action) ?? 0) + 1);
    },
    group({ action, status }, tally) {
      if (status === "Started") return undefined;
      const left = (open.get(action) ?? 1) - 1;
      open.set(action, left);
      return left === 0 ? summary(action, tally, isDry) : undefined;
    },
    actuation: actuationLine,
    wait: waitLine,
    status({ id, tree }) {
      const text = statusLine(id, tree.status, reasonsOf(tree).join("; "));
      // A change that nobody would see, such as another pod in the same state, is told once.
      if (told.get(keyOf(id)) === text) return undefined;
      told.set(keyOf(id), text);
      return text;
    },
    end(tally) {
      const lines: string[] = [];
      // An interrupted run leaves groups open: what was done so far is told all the same.
      for (const [action, left] of open) {
        if (left === 0 || action === "Inventory" || tally.total(action) === 0) continue;
        const text = summary(action, tally, isDry);
        if (text !== undefined) lines.push(text);
      }
      const { Prune } = tally.counts;
      if (isDry && tally.total("Delete") === 0) {
        lines.push(
          `${Prune.successful} resource(s) pruned, ${Prune.skipped} skipped, ${Prune.failed} failed`,
        );
      }
      return lines;
    },
  });
}

function actuationLine(event: ActuationEvent): string {
  const name = formatDisplay(event.id);
  if (event.status === "Successful") return `${name} ${event.operation ?? done[event.type]}`;
  const what = `${name} ${event.type} ${event.status.toLowerCase()}`;
  return event.error === undefined ? what : `${what}: ${event.error}`;
}

function waitLine({ id, status, explanation }: WaitEvent): string {
  const text = `${formatDisplay(id)} ${waited[status]}`;
  return explanation === undefined ? text : `${text}: ${explanation}`;
}

function summary(action: Action, tally: Tally, isDry: boolean): string | undefined {
  const { operations, counts } = tally;
  switch (action) {
    case "Apply": {
      const unchanged = operations.unchanged + counts.Apply.skipped;
      const text = `${tally.total("Apply")} resource(s) applied. ${operations.created} created, ${unchanged} unchanged, ${operations.configured} configured, ${counts.Apply.failed} failed`;
      return operations.serversideapplied === 0
        ? text
        : `${text}, ${operations.serversideapplied} serverside applied`;
    }
    case "Prune": {
      const { successful, skipped, failed } = counts.Prune;
      // A dry run ends with its own form of this line, also when there was nothing to prune.
      return isDry
        ? undefined
        : `${successful} resource(s) pruned, ${skipped} skipped, ${failed} failed to prune`;
    }
    case "Delete": {
      const { successful, skipped, failed } = counts.Delete;
      return `${successful} resource(s) deleted, ${skipped} skipped, ${failed} failed to delete`;
    }
    case "Wait": {
      const { successful, skipped, failed, timeout } = counts.Wait;
      return `${successful} resource(s) reconciled, ${skipped} skipped, ${failed} failed to reconcile, ${timeout} timed out`;
    }
    default:
      return undefined;
  }
}
