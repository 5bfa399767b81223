import { command, flags } from "../../command.ts";
import { connectionFlags } from "./connection-flags.ts";

export const statusFlags = flags({
  "poll-until": {
    type: "string",
    default: "known",
    summary: "when to stop: known, current, deleted or forever",
    complete: ["known", "current", "deleted", "forever"],
  },
  "poll-period": {
    type: "duration",
    default: 2_000,
    summary: "changes are told as they happen; kept for scripts that set it",
  },
  timeout: { type: "duration", default: 0, summary: "when to stop in any case; 0 is never" },
  output: {
    type: "string",
    default: "events",
    summary: "output format: events, json or table",
    complete: ["events", "json", "table"],
  },
  "inv-type": {
    type: "string",
    default: "local",
    summary: "local for the package's inventory, remote for those of the cluster",
    complete: ["local", "remote"],
  },
  "inv-names": { type: "strings", split: true, summary: "with remote: only inventories of these names" },
  namespaces: { type: "strings", split: true, summary: "only objects in these namespaces" },
  statuses: { type: "strings", split: true, summary: "print only objects of these statuses" },
  ...connectionFlags,
});

export const status = command({
  name: "status",
  usage: "[PKG_PATH | -]",
  args: { min: 0, max: 1_000 },
  summary: "Display shows the status for the resources in the cluster",
  description: `
Shows the status of the resources that the inventory in the cluster names.

PKG_PATH | -:
  Directory of the package, or - to read resources from standard input. The
  current directory unless given.
`,
  flags: statusFlags,
  examples: [
    { says: "Show the status of the package in the current directory", run: "kpt live status" },
    {
      says: "Wait until all resources of a package are current",
      run: "kpt live status my-app --poll-until=current",
    },
  ],
  load: () => import("./status.run.ts"),
});
