import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseInventoryId } from "../../src/core/resource-id.ts";
import type { LiveEvent } from "../../src/live/events.ts";
import { replay } from "../../src/live/report/replay.ts";
import { unknownTree } from "../../src/live/status/tree.ts";
import { closeCluster, runScenario, withoutCluster } from "./live-scenario.ts";
import { runWalk, walks } from "./live-walk.ts";
import { type Case, differences, foldersWith, readYaml, type Suite } from "./suite.ts";

interface Printed {
  name: string;
  events: Record<string, unknown>[];
  expected: Record<"seed" | "release" | "json", string>;
  exitCode: number;
  showStatusEvents?: boolean;
}

function toEvent(recorded: Record<string, unknown>): LiveEvent {
  const { id, ids, taskName, ...rest } = recorded;
  const found = typeof id === "string" ? parseInventoryId(id) : undefined;
  const event: Record<string, unknown> = { ...rest };
  if (found) event["id"] = found;
  if (Array.isArray(ids)) event["ids"] = ids.map(one => parseInventoryId(String(one)));
  if (taskName !== undefined) event["name"] = taskName;
  if (rest["type"] === "status" && found) {
    event["tree"] = { ...unknownTree(found), status: rest["status"], message: rest["message"] };
  }
  return event as unknown as LiveEvent;
}

function print({ events, expected, exitCode, showStatusEvents = false }: Printed): string[] {
  const problems: string[] = [];
  for (const output of ["seed", "release", "json"] as const) {
    const printed = replay(events.map(toEvent), output, {
      showStatusEvents,
      dryRun: "none",
      now: () => new Date(0),
    });
    const text = printed.text.replace(/"timestamp":"[^"]*"/g, '"timestamp":"<TIMESTAMP>"');
    problems.push(...differences(output, expected[output], text));
    if (printed.exitCode !== exitCode)
      problems.push(`${output}: exit ${printed.exitCode}, expected ${exitCode}`);
  }
  return problems;
}

/** What `kpt live` prints and does: recorded event streams, the walks of the seeds, scenarios on a cluster. */
export const live: Suite = {
  name: "live",
  serial: true,
  close: closeCluster,
  cases: folder => {
    const printers: Case[] = existsSync(join(folder, "printers.yaml"))
      ? readYaml<Printed[]>(join(folder, "printers.yaml")).map(recorded => ({
          name: `printers/${recorded.name}`,
          run: async () => print(recorded),
        }))
      : [];
    const transcripts = join(folder, "seed-transcripts.yaml");
    const seeds: Case[] = existsSync(transcripts)
      ? walks.map(walk => ({ name: `seeds/${walk}`, run: () => runWalk(walk, transcripts) }))
      : [];
    const scenarios = join(folder, "scenarios");
    const recorded: Case[] = existsSync(scenarios)
      ? foldersWith(scenarios, "config.yaml").map(name => ({
          name: `scenarios/${name}`,
          notRun: withoutCluster,
          run: () => runScenario(join(scenarios, name)),
        }))
      : [];
    return [...printers, ...seeds, ...recorded];
  },
};
