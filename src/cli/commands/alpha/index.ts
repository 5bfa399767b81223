import { group } from "../../command.ts";

export const alpha = group({
  name: "alpha",
  summary: "This command is currently in alpha and might change without notice.",
  commands: [],
});
