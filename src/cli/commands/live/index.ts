import { group } from "../../command.ts";

export const live = group({
  name: "live",
  summary: "Deploy local packages to a cluster.",
  commands: [],
});
