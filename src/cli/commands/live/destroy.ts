import { command, flags } from "../../command.ts";
import { connectionFlags } from "./connection-flags.ts";
import { runFlags } from "./run-flags.ts";

export const destroyFlags = flags({
  ...runFlags,
  "delete-propagation-policy": {
    type: "string",
    default: "Background",
    summary: "what becomes of the objects that a deleted object owns: Background, Foreground or Orphan",
    complete: ["Background", "Foreground", "Orphan"],
  },
  "delete-timeout": {
    type: "duration",
    default: 0,
    summary: "how long to wait until an object is gone; 0 waits as long as it takes",
  },
  ...connectionFlags,
});

export const destroy = command({
  name: "destroy",
  usage: "[PKG_PATH | -]",
  args: { min: 0, max: 1_000 },
  summary: "Remove all previously applied resources in a package from the cluster",
  description: `
Removes everything from the cluster that the package's inventory names.

PKG_PATH | -:
  Directory of the package, or - to read resources from standard input. The
  current directory unless given. Only the inventory's name is taken from it.
`,
  flags: destroyFlags,
  examples: [
    { says: "Remove all resources of the package in the current directory", run: "kpt live destroy" },
    { says: "Show what would be removed", run: "kpt live destroy my-dir --dry-run" },
  ],
  load: () => import("./destroy.run.ts"),
});
