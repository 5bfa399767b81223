import { command, flags } from "../command.ts";

export const versionFlags = flags({
  short: { type: "boolean", summary: "print the version alone" },
});

export const version = command({
  name: "version",
  summary: "Print the version number of kpt",
  args: { min: 0, max: 0 },
  flags: versionFlags,
  load: () => import("./version.run.ts"),
});
