import { formatDisplay } from "../../core/resource-id.ts";
import { cleanText } from "../../kube/clean-text.ts";
import type { LiveEvent } from "../events.ts";
import { diffLines, invalidLine, statusLine } from "./events-seed.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import { type Counted, Tally } from "./tally.ts";

const phase = {
  Apply: "apply phase",
  Prune: "prune phase",
  Delete: "delete phase",
  Wait: "reconcile phase",
  Inventory: "inventory update",
} as const;

/** Lines as the current release of kpt prints them (KPT_LIVE_EVENTS=release). */
export function releaseReporter(out: Sink, options: ReportOptions): Reporter {
  const tally = new Tally();
  let isFatal = false;
  const line = (text: string): void => out.write(`${cleanText(text)}\n`);
  return {
    event(event: LiveEvent): void {
      tally.add(event);
      switch (event.type) {
        case "group":
          line(`${phase[event.action]} ${event.status.toLowerCase()}`);
          break;
        case "apply":
        case "prune":
        case "delete": {
          const text = `${formatDisplay(event.id)} ${event.type} ${event.status.toLowerCase()}`;
          line(event.error === undefined ? text : `${text}: ${event.error}`);
          if (options.showChanges) for (const change of diffLines(event)) line(change);
          break;
        }
        case "wait":
          line(`${formatDisplay(event.id)} reconcile ${event.status.toLowerCase()}`);
          break;
        case "status":
          if (options.showStatusEvents) line(statusLine(event.id, event.tree.status, event.tree.message));
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
      for (const action of ["Apply", "Prune", "Delete"] as const) {
        const total = tally.total(action);
        if (total > 0) line(`${action.toLowerCase()} result: ${totals(tally, action)}`);
      }
      const { timeout } = tally.counts.Wait;
      if (tally.total("Wait") > 0) line(`reconcile result: ${totals(tally, "Wait")}, ${timeout} timed out`);
    },
  };
}

function totals(tally: Tally, action: Counted): string {
  const { successful, skipped, failed } = tally.counts[action];
  return `${tally.total(action)} attempted, ${successful} successful, ${skipped} skipped, ${failed} failed`;
}
