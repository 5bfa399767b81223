import { KptError, messageOf } from "../core/error.ts";
import type { Item } from "./item.ts";

/** Whether a step's `condition` holds: a CEL expression over `resources`, the list of all objects of the package. */
export async function evaluateCondition(condition: string, items: readonly Item[]): Promise<boolean> {
  const { evaluate } = await import("@marcbachmann/cel-js");
  const resources = items.flatMap(item =>
    item.foreign === undefined && item.resource ? [item.resource.toJS()] : [],
  );
  let value: unknown;
  try {
    value = evaluate(condition, { resources });
  } catch (error) {
    throw invalid(condition, messageOf(error));
  }
  if (typeof value !== "boolean") throw invalid(condition, "the expression must be true or false");
  return value;
}

function invalid(condition: string, reason: string): KptError {
  return new KptError(
    "FUNCTION_FAILED",
    `condition ${JSON.stringify(condition)} can't be evaluated: ${reason}`,
    {
      label: "Error",
    },
  );
}
