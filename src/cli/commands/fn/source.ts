import { command, flags } from "../../command.ts";

export const sourceFlags = flags({
  "fn-config": { type: "string", default: "", placeholder: "FILE", summary: "path to function config file." },
  "include-meta-resources": {
    type: "boolean",
    short: "m",
    hidden: true,
    summary: "no longer necessary: meta resources are included by default",
  },
  output: {
    type: "string",
    short: "o",
    default: "stdout",
    placeholder: "stdout|unwrap",
    summary: "output resources are written to stdout in provided format. Allowed values: stdout|unwrap",
  },
});

export const source = command({
  name: "source",
  usage: "[DIR]",
  args: { min: 0, max: Number.MAX_SAFE_INTEGER },
  summary: "Source resources from a local directory",
  description: `
Reads resources from a local directory and writes them in Function Specification wire format to stdout. The output can be
piped to 'kpt fn eval -' and 'kpt fn sink'.

Args:

  DIR:
    A path to a local directory to read resources from. Defaults to the
    current working directory.
`,
  flags: sourceFlags,
  examples: [
    { says: "Write the resources of the current directory to stdout", run: "kpt fn source" },
    {
      says: "Run a function on them and write the result to NEW_DIR",
      run: "kpt fn source DIR | kpt fn eval - -i set-namespace:latest -- namespace=staging | kpt fn sink NEW_DIR",
    },
  ],
  load: () => import("./source.run.ts"),
});
