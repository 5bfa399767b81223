import { group } from "../../command.ts";

export const fn = group({
  name: "fn",
  aliases: ["functions"],
  summary: "Transform and validate packages using containerized functions.",
  usageOn: "stdout",
  commands: [],
});
