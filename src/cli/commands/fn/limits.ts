import { KptError } from "../../../core/error.ts";
import type { Limits } from "../../../fn/runtime/program.ts";

/** Timers hold no more: 24 days. */
const longest = 2 ** 31 - 1;

/** What `--fn-timeout` allows functions; 0 is no limit. */
export function limitsOf(timeoutMs: number): Pick<Limits, "timeoutMs"> {
  if (timeoutMs < 0) throw new KptError("USAGE", "--fn-timeout must not be negative");
  return { timeoutMs: timeoutMs === 0 ? longest : Math.min(timeoutMs, longest) };
}
