import { command, flags, group } from "../../command.ts";
import { applyFlags } from "../live/apply.ts";
import { connectionFlags } from "../live/connection-flags.ts";

export const planFlags = flags({
  output: {
    type: "string",
    default: "text",
    summary: "output format: text or krm",
    complete: ["text", "krm"],
  },
  "inventory-policy": {
    type: "string",
    default: "strict",
    summary: "what to do with objects that another inventory, or none, owns: strict or adopt",
    complete: ["strict", "adopt"],
  },
  "force-conflicts": { type: "boolean", summary: "take fields over that others manage" },
  "field-manager": {
    type: "string",
    default: "kubectl",
    summary: "the name under which fields are managed",
  },
  ...connectionFlags,
});

const plan = command({
  name: "plan",
  usage: "[PKG_PATH | -]",
  args: { min: 0, max: 1_000 },
  summary: "Print a plan for the package",
  description: `
Asks the cluster what applying the package would change. Nothing is changed.

PKG_PATH | -:
  Directory of the package, or - to read resources from standard input. The
  current directory unless given.
`,
  flags: planFlags,
  examples: [
    { says: "Show what would change in the cluster", run: "kpt alpha live plan" },
    { says: "Write the plan as a resource", run: "kpt alpha live plan --output=krm" },
  ],
  load: () => import("./live-plan.run.ts"),
});

const apply = command({
  name: "apply",
  usage: "[PKG_PATH | -]",
  args: { min: 0, max: 1_000 },
  summary: "Apply a package to the cluster (create, update, prune).",
  description: "The same as kpt live apply.",
  flags: applyFlags,
  load: () => import("../live/apply.run.ts"),
});

export const alphaLive = group({
  name: "live",
  summary: "Alpha commands for deploying packages.",
  commands: [apply, plan],
});
