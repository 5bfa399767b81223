import { KptError } from "../core/error.ts";

const unitsInMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Reads a duration as Go writes it (`1h2m3s`, `1.5s`, `-2m`, `0`); the result is in milliseconds. */
export function parseDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const [, sign, body = ""] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (body === "0") return 0;
  if (body === "") throw new KptError("USAGE", `time: invalid duration ${quoted}`);
  let total = 0;
  let at = 0;
  const part = /(\d+\.?\d*|\.\d+)([^\d.]*)/y;
  while (at < body.length) {
    part.lastIndex = at;
    const found = part.exec(body);
    if (found === null) throw new KptError("USAGE", `time: invalid duration ${quoted}`);
    const [whole, amount = "", unit = ""] = found;
    if (unit === "") throw new KptError("USAGE", `time: missing unit in duration ${quoted}`);
    const factor = Object.hasOwn(unitsInMs, unit) ? unitsInMs[unit] : undefined;
    if (factor === undefined) {
      throw new KptError("USAGE", `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    total += Number(amount) * factor;
    at += whole.length;
  }
  return sign === "-" ? -total : total;
}

/** Writes milliseconds as Go writes a duration: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? "-" : "";
  const rest = Math.abs(ms);
  if (rest === 0) return "0s";
  if (rest < 1000) return `${sign}${rest}ms`;
  const hours = Math.floor(rest / 3_600_000);
  const minutes = Math.floor((rest % 3_600_000) / 60_000);
  const seconds = (rest % 60_000) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${seconds}s`;
}
