import { group } from "../../command.ts";

export const sandbox = group({
  name: "sandbox",
  summary: "Run a Kubernetes API server in this process, to try packages on.",
  commands: [],
});
