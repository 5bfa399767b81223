import type { ResourceId } from "../../core/resource-id.ts";
import { formatDisplay } from "../../core/resource-id.ts";
import { cleanText } from "../../kube/clean-text.ts";
import { changeLines, shownChanges } from "../apply/changes.ts";
import type { Action, ActuationEvent, LiveEvent, StatusEvent, WaitEvent } from "../events.ts";
import { keyOf } from "../plan/identity.ts";
import { reasonsOf } from "../status/reasons.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import { Tally } from "./tally.ts";

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
  const tally = new Tally();
  const open = new Map<Action, number>();
  const line = (text: string): void => out.write(`${cleanText(text)}\n`);
  const isDry = options.dryRun !== "none";
  let isFatal = false;
  const told = new Map<string, string>();
  // A change that nobody would see, such as another pod in the same state, is told once.
  const tellStatus = ({ id, tree }: StatusEvent): void => {
    const text = statusLine(id, tree.status, reasonsOf(tree).join("; "));
    if (told.get(keyOf(id)) === text) return;
    told.set(keyOf(id), text);
    line(text);
  };
  return {
    event(event: LiveEvent): void {
      tally.add(event);
      switch (event.type) {
        case "init":
          for (const { action } of event.groups) open.set(action, (open.get(action) ?? 0) + 1);
          break;
        case "group": {
          if (event.status === "Started") break;
          const left = (open.get(event.action) ?? 1) - 1;
          open.set(event.action, left);
          const text = left === 0 ? summary(event.action, tally, isDry) : undefined;
          if (text !== undefined) line(text);
          break;
        }
        case "apply":
        case "prune":
        case "delete":
          line(actuationLine(event));
          if (options.showChanges) for (const text of diffLines(event)) line(text);
          break;
        case "wait":
          line(waitLine(event));
          break;
        case "status":
          if (options.showStatusEvents) tellStatus(event);
          break;
        case "validation":
          line(invalidLine(event.ids, event.error));
          break;
        case "error":
          isFatal = true;
          break;
      }
    },
    end(): void {
      if (isFatal) return;
      // An interrupted run leaves groups open: what was done so far is told all the same.
      for (const [action, left] of open) {
        if (left === 0 || action === "Inventory" || tally.total(action) === 0) continue;
        const text = summary(action, tally, isDry);
        if (text !== undefined) line(text);
      }
      const { Prune, Delete } = tally.counts;
      if (isDry && tally.total("Delete") === 0 && Delete.successful === 0) {
        line(`${Prune.successful} resource(s) pruned, ${Prune.skipped} skipped, ${Prune.failed} failed`);
      }
    },
  };
}

/** The fields of an object that would be changed, below its line. */
export function diffLines({ before, after }: ActuationEvent): string[] {
  if (before === undefined || after === undefined) return [];
  return changeLines(shownChanges(before, after)).map(text => `    ${text}`);
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

export function statusLine(id: ResourceId, status: string, message: string): string {
  return `${formatDisplay(id)} is ${status}: ${message}`;
}

export function invalidLine(ids: readonly ResourceId[], error: string): string {
  const names = ids.map(formatDisplay).join(", ");
  return `Invalid object${ids.length === 1 ? "" : "s"} (${names}): ${error}`;
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
