import type { ResourceId } from "../../core/resource-id.ts";
import { formatDisplay } from "../../core/resource-id.ts";
import { cleanText } from "../../kube/clean-text.ts";
import { changeLines, shownChanges } from "../apply/changes.ts";
import type { ActuationEvent, GroupEvent, InitEvent, LiveEvent, StatusEvent, WaitEvent } from "../events.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import { Tally } from "./tally.ts";

/** How the lines of one dialect read; nothing is printed where there is no text. */
export interface Dialect {
  init?(event: InitEvent): void;
  group(event: GroupEvent, tally: Tally): string | undefined;
  actuation(event: ActuationEvent): string;
  wait(event: WaitEvent): string;
  status(event: StatusEvent): string | undefined;
  /** Of a run that came to its end. */
  end(tally: Tally): string[];
}

/** One line per event, and what is to say at the end. */
export function lineReporter(out: Sink, options: ReportOptions, dialect: Dialect): Reporter {
  const tally = new Tally();
  let isFatal = false;
  const line = (text: string | undefined): void => {
    if (text !== undefined) out.write(`${cleanText(text)}\n`);
  };
  return {
    event(event: LiveEvent): void {
      tally.add(event);
      switch (event.type) {
        case "init":
          dialect.init?.(event);
          break;
        case "group":
          line(dialect.group(event, tally));
          break;
        case "apply":
        case "prune":
        case "delete":
          line(dialect.actuation(event));
          if (options.showChanges) for (const text of diffLines(event)) line(text);
          break;
        case "wait":
          line(dialect.wait(event));
          break;
        case "status":
          if (options.showStatusEvents) line(dialect.status(event));
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
      if (!isFatal) for (const text of dialect.end(tally)) line(text);
    },
  };
}

/** The fields of an object that would be changed, below its line. */
function diffLines({ before, after }: ActuationEvent): string[] {
  if (before === undefined || after === undefined) return [];
  return changeLines(shownChanges(before, after)).map(text => `    ${text}`);
}

export function statusLine(id: ResourceId, status: string, message: string): string {
  return `${formatDisplay(id)} is ${status}: ${message}`;
}

function invalidLine(ids: readonly ResourceId[], error: string): string {
  const names = ids.map(formatDisplay).join(", ");
  return `Invalid object${ids.length === 1 ? "" : "s"} (${names}): ${error}`;
}
