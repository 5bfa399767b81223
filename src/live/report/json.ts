import type { JsonMap } from "../../core/json.ts";
import { compactJson } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { pathText, shownChanges } from "../apply/changes.ts";
import type { ActuationEvent, LiveEvent } from "../events.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import { type Counted, Tally } from "./tally.ts";

/** One JSON object per line, for programs. */
export function jsonReporter(out: Sink, options: ReportOptions): Reporter {
  const tally = new Tally();
  let isFatal = false;
  const print = (fields: JsonMap): void => out.write(jsonLine(fields, options.now()));
  return {
    event(event: LiveEvent): void {
      tally.add(event);
      switch (event.type) {
        case "group": {
          const fields: JsonMap = { type: "group", action: event.action, status: event.status };
          const counted = event.status === "Finished" && event.action !== "Inventory";
          print(counted ? { ...fields, ...totals(tally, event.action as Counted) } : fields);
          break;
        }
        case "apply":
        case "prune":
        case "delete": {
          const fields: JsonMap = { type: event.type, ...idFields(event.id), status: event.status };
          if (event.error !== undefined) fields["error"] = event.error;
          if (options.showChanges) {
            if (event.operation !== undefined) fields["operation"] = event.operation;
            fields["changes"] = changesOf(event);
          }
          print(fields);
          break;
        }
        case "wait": {
          const fields: JsonMap = { type: "wait", ...idFields(event.id), status: event.status };
          if (event.explanation !== undefined && options.isTerse !== true) {
            fields["message"] = event.explanation;
          }
          print(fields);
          break;
        }
        case "status":
          if (!options.showStatusEvents) break;
          print({
            type: "status",
            ...idFields(event.id),
            status: event.tree.status,
            message: event.tree.message,
          });
          break;
        case "validation":
          print({ type: "validation", objects: event.ids.map(idFields), error: event.error });
          break;
        case "error":
          isFatal = true;
          print({ type: "error", error: event.error });
          break;
      }
    },
    end(): void {
      if (isFatal) return;
      for (const action of ["Apply", "Prune", "Delete", "Wait"] as const) {
        if (tally.total(action) > 0) print({ type: "summary", action, ...totals(tally, action) });
      }
    },
  };
}

function changesOf({ before, after }: ActuationEvent): JsonMap[] {
  if (before === undefined || after === undefined) return [];
  return shownChanges(before, after).map(change => {
    const fields: JsonMap = { path: pathText(change.path) };
    if (change.before !== undefined) fields["before"] = change.before;
    if (change.after !== undefined) fields["after"] = change.after;
    return fields;
  });
}

function totals(tally: Tally, action: Counted): JsonMap {
  const { successful, skipped, failed, timeout } = tally.counts[action];
  const counts = { count: tally.total(action), successful, skipped, failed };
  return action === "Wait" ? { ...counts, timeout } : counts;
}

function idFields({ group, kind, namespace, name }: ResourceId): JsonMap {
  return { group, kind, namespace, name };
}

/** Keys sorted and `<`, `>`, `&` escaped as Go's encoder does; the time in whole seconds. */
export function jsonLine(fields: JsonMap, now: Date): string {
  const timestamp = now.toISOString().replace(/\.\d+Z$/, "Z");
  const text = compactJson({ ...fields, timestamp });
  return `${text.replace(/[<>&\u2028\u2029\u007f-\u009f]/g, escapeCharacter)}\n`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
