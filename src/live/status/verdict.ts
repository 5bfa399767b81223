import type { Json, JsonMap } from "../../core/json.ts";
import { isMap, listAt, textAt, valueAt } from "../../core/json.ts";

export type StatusName = "InProgress" | "Failed" | "Current" | "Terminating" | "NotFound" | "Unknown";

/** What an object's status means; `reason` goes into the synthetic condition. */
export interface Verdict {
  status: StatusName;
  message: string;
  reason?: string;
  /** Message of the synthetic condition where it differs from the verdict's. */
  detail?: string;
}

export type StatusRule = (object: JsonMap, now: Date) => Verdict;

/** An object whose status can't be computed; readers report Unknown with this text. */
export class StatusProblem extends Error {
  override readonly name = "StatusProblem";
}

export function current(message: string): Verdict {
  return { status: "Current", message };
}

export function inProgress(reason: string, message: string): Verdict {
  return { status: "InProgress", message, reason };
}

export function failed(reason: string, message: string, detail?: string): Verdict {
  return detail === undefined
    ? { status: "Failed", message, reason }
    : { status: "Failed", message, reason, detail };
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

/** `status.conditions`, refusing anything that isn't a list of maps. */
export function conditionsOf(object: JsonMap): Condition[] {
  const found = valueAt(object, "status", "conditions");
  if (found === undefined || found === null) return [];
  if (!Array.isArray(found)) throw new StatusProblem(`cannot restore slice from ${goKind(found)}`);
  return found.map(item => {
    if (!isMap(item)) throw new StatusProblem(`cannot restore struct from: ${goKind(item)}`);
    return {
      type: textAt(item, "type") ?? "",
      status: textAt(item, "status") ?? "",
      reason: textAt(item, "reason") ?? "",
      message: textAt(item, "message") ?? "",
    };
  });
}

function goKind(value: Json): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number" || typeof value === "bigint") return "int64";
  return Array.isArray(value) ? "slice" : "map";
}

/** A whole number, or the default where it is absent or of another type. */
export function integer(object: JsonMap, fallback: number, ...path: string[]): number {
  const found = valueAt(object, ...path);
  return typeof found === "number" && Number.isInteger(found) ? found : fallback;
}

/** A whole number that must be one if it is there. */
export function strictInteger(object: JsonMap, label: string, ...path: string[]): number | undefined {
  const found = valueAt(object, ...path);
  if (found === undefined || found === null) return undefined;
  if (typeof found === "number" && Number.isInteger(found)) return found;
  if (typeof found === "bigint") return Number(found);
  const shown = typeof found === "object" ? "the value" : String(found);
  throw new StatusProblem(
    `looking up ${label} from resource: .${label} accessor error: ${shown} is of the type ${goKind(found)}, expected int64`,
  );
}

export function containers(object: JsonMap, list: string): JsonMap[] {
  return listAt(object, "status", list).filter(isMap);
}
