import { join } from "node:path";
import type { PlainValue } from "../../../core/yaml/node.ts";
import { countDecisions, type Decision } from "../../../merge/decision.ts";
import type { PlannedUpdate } from "../../../upstream/update.ts";
import { visibleLine } from "../../terminal/visible.ts";

/** What a merge would do, object by object, for people. */
export function decisionList(decisions: readonly Decision[], given: string): string {
  const lines: string[] = [];
  let heading: string | undefined;
  for (const decision of sorted(decisions)) {
    const next = headingOf(decision, given);
    if (next !== heading) lines.push(...(heading === undefined ? [] : [""]), next);
    heading = next;
    lines.push(`  ${verdict(decision).padEnd(14)} ${describe(decision)}`);
  }
  if (lines.length > 0) lines.push("");
  const { upstream, local, conflicts } = countDecisions(decisions);
  lines.push(`${upstream} from upstream, ${local} kept local, ${conflicts} conflict(s)`);
  return `${lines.join("\n")}\n`;
}

/** Conflicts as lines that editors can jump to: `FILE:LINE: what`. */
export function conflictLines(conflicts: readonly Decision[], given: string): string[] {
  return sorted(conflicts).map(decision => {
    const { file, line, object } = decision;
    const place = `${visibleLine(join(given, file))}${line === undefined ? "" : `:${line}`}`;
    return `${place}: ${object === undefined ? "" : `${visibleLine(object)}: `}${describe(decision)}`;
  });
}

/** Every decision, for programs. Values of Secrets are left out. */
export function decisionJson({ decisions, draft, updated }: PlannedUpdate, isDryRun: boolean): string {
  const record = {
    dryRun: isDryRun,
    packages: updated,
    files: draft
      .changes()
      .map(({ path, content }) => ({ path, action: content === undefined ? "remove" : "write" }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    decisions: sorted(decisions).map(decision =>
      isSecret(decision) ? { ...decision, base: undefined, local: undefined, upstream: undefined } : decision,
    ),
  };
  return `${JSON.stringify(record, plainJson, 2)}\n`;
}

function sorted(decisions: readonly Decision[]): Decision[] {
  return [...decisions].sort((a, b) => (a.file === b.file ? 0 : a.file < b.file ? -1 : 1));
}

function headingOf({ file, object }: Decision, given: string): string {
  return visibleLine(object === undefined ? join(given, file) : `${join(given, file)}  ${object}`);
}

function verdict({ conflict, taken }: Decision): string {
  if (conflict) return "conflict";
  if (taken === "both") return "both";
  return taken === "upstream" ? "from upstream" : "kept local";
}

function describe(decision: Decision): string {
  const { field, note, conflict, taken } = decision;
  const kept = note?.startsWith("removed locally") ? "it stays removed" : "the local one stays";
  const winner = conflict ? `; ${taken === "upstream" ? "upstream's answer is taken" : kept}` : "";
  const values = field === undefined || isSecret(decision) ? undefined : valuesOf(decision);
  const text = [note, values].filter(part => part !== undefined).join(": ");
  return `${field === undefined ? "" : `${visibleLine(field)}: `}${text}${winner}`;
}

function valuesOf({ conflict, taken, base, local, upstream }: Decision): string {
  if (conflict) return `local ${shown(local)}, upstream ${shown(upstream)}`;
  const after = taken === "local" ? local : upstream;
  if (base === undefined) return shown(after);
  return after === undefined ? shown(base) : `${shown(base)} → ${shown(after)}`;
}

function shown(value: PlainValue | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value, plainJson) ?? "";
  return visibleLine(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}

function plainJson(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}

/** What a Secret holds never reaches the screen. */
function isSecret({ kind }: Decision): boolean {
  return kind === "Secret";
}
