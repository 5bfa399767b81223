import { group } from "../../command.ts";
import { alphaLive } from "./live-plan.ts";

export const alpha = group({
  name: "alpha",
  summary: "This command is currently in alpha and might change without notice.",
  commands: [alphaLive],
});
