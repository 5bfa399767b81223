import { command, flags } from "../../command.ts";
import { connectionFlags } from "./connection-flags.ts";

export const initFlags = flags({
  name: { type: "string", default: "", summary: "name of the inventory; made up unless given" },
  "inventory-id": {
    type: "string",
    default: "",
    summary: "identity of the inventory; made up unless given",
  },
  force: { type: "boolean", summary: "replace inventory information that is there already" },
  quiet: { type: "boolean", summary: "print nothing" },
  "rg-file": {
    type: "string",
    default: "resourcegroup.yaml",
    summary: "name of the file that the inventory's identity is written to",
  },
  ...connectionFlags,
});

export const init = command({
  name: "init",
  usage: "[PKG_PATH]",
  args: { min: 0, max: 1_000 },
  summary: "Initialize a package with the information needed for inventory tracking.",
  description: `
Writes a ResourceGroup into the package that names its inventory: the list of
applied resources that the cluster keeps. The cluster is not asked.

PKG_PATH:
  Directory of the package. The current directory unless given.
`,
  flags: initFlags,
  examples: [
    { says: "Initialise the package in the current directory", run: "kpt live init" },
    {
      says: "Initialise a package with its inventory in a namespace of its own",
      run: "kpt live init my-dir --namespace=test",
    },
  ],
  load: () => import("./init.run.ts"),
});
