import { parse, stringify } from "yaml";
import { differences } from "./suite.ts";

/** Replaces what differs from run to run by the recordings' placeholders. */
export function normalise(text: string, work: string): string {
  return text
    .replaceAll(work, "<DIR>")
    .replace(/\b[0-9a-f]{40}-\d{19}\b/g, "<SHA1>-<NANOS>")
    .replace(/\binventory-\d{8}\b/g, "inventory-<8-DIGITS>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<TIMESTAMP>")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<UID>")
    .replace(/resourceVersion: "\d+"/g, "<RV>");
}

const opens = /^reconcile phase started$|"action":"Wait","status":"Started"/;
const closes = /^reconcile phase finished$|"action":"Wait",.*"status":"Finished"/;
const pending = / reconcile pending$|"status":"Pending".*"type":"wait"/;
const statusLine = /^\S+ is (Current|InProgress|Failed|Terminating|NotFound|Unknown)\b|"type":"status"/;

/** Order is free within a wait, pending lines are optional there, status lines may stand anywhere. */
function loosen(text: string, args: readonly string[], optional: readonly string[]): string {
  const status = args.includes("status");
  const kept: string[] = [];
  let waiting: string[] | undefined;
  for (const line of text.split("\n")) {
    if (!status && statusLine.test(line)) continue;
    if (closes.test(line)) {
      kept.push(...(waiting ?? []).sort());
      waiting = undefined;
    }
    if (waiting && (pending.test(line) || optional.includes(line))) continue;
    if (waiting) waiting.push(line);
    else kept.push(line);
    if (opens.test(line)) waiting = [];
  }
  return [...kept, ...(waiting ?? [])].join("\n");
}

/** The last state of a redrawn table, with ages and generated names left out and columns closed up. */
function lastTable(text: string): string {
  const rows = text.slice(Math.max(0, text.lastIndexOf("NAMESPACE"))).split("\n");
  return rows
    .map(row =>
      row
        .replace(/\b\d+(s|m|h)\b/g, "<AGE>")
        .replace(/-[0-9a-f]{8,10}(-[a-z0-9]{5})?\b/g, "-<HASH>")
        .replace(/\s+/g, " ")
        .trim(),
    )
    .join("\n");
}

/** A plan as resources: the order of keys is free. */
function planResources(text: string): string {
  const isYaml = text.includes("kind: ResourceList");
  if (!isYaml) return text;
  const value: unknown = parse(text.replaceAll("<RV>", 'resourceVersion: "<RV>"'));
  return stringify(value, { sortMapEntries: true });
}

/** A plan for people: the order of the fields of one object is free. */
function planLines(text: string): string {
  const kept: string[] = [];
  let fields: string[] = [];
  const colour = String.fromCharCode(27);
  for (const line of text.replaceAll(`\n${colour}[0m`, `${colour}[0m\n`).split("\n")) {
    if (/\t\t[-+]\./.test(line)) {
      fields.push(line);
      continue;
    }
    kept.push(...fields.sort(), line);
    fields = [];
  }
  return [...kept, ...fields.sort()].join("\n");
}

export function compareText(
  label: string,
  want: string,
  got: string,
  args: readonly string[],
  optional: readonly string[],
): string[] {
  if (args.includes("plan")) {
    const loose = args.includes("krm") ? planResources : planLines;
    return differences(label, loose(want), loose(got));
  }
  if (args.includes("table")) return differences(label, lastTable(want), lastTable(got));
  return differences(label, loosen(want, args, optional), loosen(got, args, optional));
}
