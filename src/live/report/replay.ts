import type { GroupEvent, InitEvent, LiveEvent } from "../events.ts";
import { releaseReporter } from "./events-release.ts";
import { seedReporter } from "./events-seed.ts";
import { jsonReporter } from "./json.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";
import { tableReporter } from "./table.ts";
import { Tally } from "./tally.ts";

export type OutputName = "seed" | "release" | "json" | "table";

export const reporters = {
  seed: seedReporter,
  release: releaseReporter,
  json: jsonReporter,
  table: tableReporter,
} satisfies Record<OutputName, (out: Sink, options: ReportOptions) => Reporter>;

/** Prints recorded events; the groups that a run would announce are taken from the events themselves. */
export function replay(
  events: readonly LiveEvent[],
  output: OutputName,
  options: ReportOptions,
): { text: string; exitCode: number } {
  const parts: string[] = [];
  const reporter = reporters[output]({ write: text => parts.push(text) }, options);
  const started = events.filter((one): one is GroupEvent => one.type === "group" && one.status === "Started");
  const init: InitEvent = {
    type: "init",
    groups: started.map(({ action, name }) => ({ action, name, ids: [] })),
  };
  const tally = new Tally();
  for (const event of [init, ...events]) {
    reporter.event(event);
    tally.add(event);
  }
  reporter.end();
  const isFatal = events.some(event => event.type === "error");
  return { text: parts.join(""), exitCode: isFatal ? 1 : tally.broken ? 3 : 0 };
}
