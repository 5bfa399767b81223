import { group } from "../../command.ts";
import { run } from "./run.ts";
import { start } from "./start.ts";

export const sandbox = group({
  name: "sandbox",
  summary: "Run a Kubernetes API server in this process, to try packages on.",
  commands: [run, start],
});
