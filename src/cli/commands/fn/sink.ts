import { command, flags } from "../../command.ts";

export const sinkFlags = flags({});

export const sink = command({
  name: "sink",
  usage: "DIR",
  args: { min: 1, max: Number.MAX_SAFE_INTEGER },
  summary: "Write resources to a local directory",
  description: `
Reads resources from stdin, as a ResourceList or as documents, and writes them to a new local directory.

Args:

  DIR:
    A path to a local directory to write resources to. The directory must not
    already exist.
`,
  flags: sinkFlags,
  examples: [
    {
      says: "Read resources from DIR, run a function on them and write the output to NEW_DIR",
      run: "kpt fn source DIR | kpt fn eval - -i set-labels:latest -- app=web | kpt fn sink NEW_DIR",
    },
  ],
  load: () => import("./sink.run.ts"),
});
