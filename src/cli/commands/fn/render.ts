import { command, flags } from "../../command.ts";
import { runtimeFlags } from "./runtime-flags.ts";

export const renderFlags = flags({
  ...runtimeFlags,
  "allow-exec": {
    type: "boolean",
    summary: "allow binary executable to be run during pipeline execution.",
  },
  "allow-network": {
    type: "boolean",
    summary: "allow functions to access network during pipeline execution.",
  },
  output: {
    type: "string",
    short: "o",
    default: "",
    placeholder: "stdout|unwrap|json|DIR",
    summary:
      "output resources are written to provided location. Allowed values: stdout|unwrap|<OUT_DIR_PATH>. With json, resources are rendered in place and what happened is written to stdout as JSON.",
  },
});

export const render = command({
  name: "render",
  usage: "[PKG_PATH]",
  args: { min: 0, max: 1 },
  summary: "Render a package.",
  description: `
Runs the functions that a package and its subpackages declare on their resources, subpackages first, and writes what comes
out in place. Nothing is written when a function fails; files that no function changed keep every byte.

Args:

  PKG_PATH:
    Local package path to render. Directory must exist and contain a Kptfile
    to be updated. Defaults to the current working directory.

Environment Variables:

  KPT_IMAGE_PREFIX:
    Registry and repository to put before short image names.
  KPT_FN_RUNTIME:
    Where functions of the catalog run: auto, builtin or container.
  KRM_FN_RUNTIME:
    The container engine. It must be one of "docker", "podman" and "nerdctl".
`,
  flags: renderFlags,
  examples: [
    { says: "Render the package in current directory", run: "kpt fn render" },
    {
      says: "Render the package in current directory and save results in my-results-dir",
      run: "kpt fn render --results-dir my-results-dir",
    },
    { says: "Render my-package-dir", run: "kpt fn render my-package-dir" },
    {
      says: "Render the package in current directory and write output resources to another DIR",
      run: "kpt fn render -o path/to/dir",
    },
    { says: "See which fields each function changed", run: "kpt fn render --explain" },
  ],
  load: () => import("./render.run.ts"),
});
