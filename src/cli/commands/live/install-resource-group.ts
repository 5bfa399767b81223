import { command } from "../../command.ts";
import { connectionFlags } from "./connection-flags.ts";

export const installResourceGroup = command({
  name: "install-resource-group",
  args: { min: 0, max: 1_000 },
  summary: "Install the ResourceGroup CRD in the cluster.",
  flags: connectionFlags,
  examples: [{ says: "Install the ResourceGroup CRD", run: "kpt live install-resource-group" }],
  load: () => import("./install-resource-group.run.ts"),
});
