import { command, flags } from "../../command.ts";
import { loadFlag } from "./load-flag.ts";

export const startFlags = flags({
  kubeconfig: {
    type: "string",
    placeholder: "FILE",
    summary: "where to write the kubeconfig of the sandbox; a temporary file unless given",
    complete: "file",
  },
  load: loadFlag,
  port: { type: "integer", summary: "port to listen on; any free one unless given" },
});

export const start = command({
  name: "start",
  args: { min: 0, max: 0 },
  summary: "Serve a sandbox until stopped.",
  description: `Starts a Kubernetes API server in this process and serves it on this machine
until it is stopped with Ctrl-C. Everything in it is gone then.

It knows the built-in kinds, custom resources, watches, patches and server-side
apply, and moves workloads through the states that a cluster would. It runs no
containers. A kubeconfig file that leads to it is written; kpt and kubectl use it
when KUBECONFIG names it. Your own kubeconfig is not touched.`,
  flags: startFlags,
  examples: [
    {
      says: "Serve a sandbox; apply a package to it from another terminal.",
      run: "kpt sandbox start --kubeconfig sandbox.yaml\nKUBECONFIG=sandbox.yaml kpt live apply wordpress",
    },
  ],
  load: () => import("./start.run.ts"),
});
