import { command, flags } from "../command.ts";

export const helpFlags = flags({});

export const help = command({
  name: "help",
  usage: "[command]",
  summary: "Help about any command",
  description: `Help provides help for any command in the application.
Simply type kpt help [path to command] for full details.`,
  args: { min: 0, max: Number.POSITIVE_INFINITY },
  complete: "none",
  flags: helpFlags,
  load: () => import("./help.run.ts"),
});
