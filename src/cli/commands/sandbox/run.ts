import { command, flags } from "../../command.ts";
import { loadFlag } from "./load-flag.ts";

export const runFlags = flags({ load: loadFlag });

export const run = command({
  name: "run",
  args: { min: 0, max: 0 },
  rest: "COMMAND [ARG...]",
  summary: "Run a command against a fresh sandbox.",
  description: `Starts a Kubernetes API server in this process, runs COMMAND with KUBECONFIG set
to a file that leads to it, and ends the server. The exit code is that of COMMAND.`,
  flags: runFlags,
  examples: [
    { says: "Apply a package to an empty cluster.", run: "kpt sandbox run -- kpt live apply wordpress" },
    { says: "Run a test suite that needs a cluster.", run: "kpt sandbox run -- make test" },
  ],
  load: () => import("./run.run.ts"),
});
