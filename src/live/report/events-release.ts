import { formatDisplay } from "../../core/resource-id.ts";
import { lineReporter, statusLine } from "./lines.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import type { Counted, Tally } from "./tally.ts";

const phase = {
  Apply: "apply phase",
  Prune: "prune phase",
  Delete: "delete phase",
  Wait: "reconcile phase",
  Inventory: "inventory update",
} as const;

/** Lines as the current release of kpt prints them (KPT_LIVE_EVENTS=release). */
export function releaseReporter(out: Sink, options: ReportOptions): Reporter {
  return lineReporter(out, options, {
    group: ({ action, status }) => `${phase[action]} ${status.toLowerCase()}`,
    actuation: ({ id, type, status, error }) => {
      const text = `${formatDisplay(id)} ${type} ${status.toLowerCase()}`;
      return error === undefined ? text : `${text}: ${error}`;
    },
    wait: ({ id, status }) => `${formatDisplay(id)} reconcile ${status.toLowerCase()}`,
    status: ({ id, tree }) => statusLine(id, tree.status, tree.message),
    end: tally => {
      const counted = (["Apply", "Prune", "Delete", "Wait"] as const).filter(one => tally.total(one) > 0);
      return counted.map(action => result(tally, action));
    },
  });
}

function result(tally: Tally, action: Counted): string {
  const { successful, skipped, failed, timeout } = tally.counts[action];
  const text = `${tally.total(action)} attempted, ${successful} successful, ${skipped} skipped, ${failed} failed`;
  return action === "Wait"
    ? `reconcile result: ${text}, ${timeout} timed out`
    : `${action.toLowerCase()} result: ${text}`;
}
