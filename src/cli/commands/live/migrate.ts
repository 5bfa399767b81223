import { command, flags } from "../../command.ts";
import { connectionFlags } from "./connection-flags.ts";

export const migrateFlags = flags({
  name: {
    type: "string",
    default: "",
    summary: "name of the inventory if it was a ConfigMap; made up unless given",
  },
  force: { type: "boolean", summary: "replace a ResourceGroup file that is there already" },
  "dry-run": { type: "boolean", summary: "show what would be done, and do nothing" },
  "rg-file": {
    type: "string",
    default: "resourcegroup.yaml",
    summary: "name of the file that the inventory's identity is written to",
  },
  ...connectionFlags,
});

export const migrate = command({
  name: "migrate",
  usage: "[DIR]",
  args: { min: 0, max: 1_000 },
  summary: "Migrate a package and the inventory object to use the ResourceGroup CRD.",
  description: `
Moves the inventory of a package from a ConfigMap, or from its Kptfile, to a
ResourceGroup. Its id stays, so that applied objects keep their owner.

DIR:
  Directory of the package. The current directory unless given.
`,
  flags: migrateFlags,
  examples: [{ says: "Migrate the package in the current directory", run: "kpt live migrate" }],
  load: () => import("./migrate.run.ts"),
});
