import { command, flags } from "../command.ts";

export const versionFlags = flags({
  short: { type: "boolean", summary: "print the version alone" },
});

export const version = command({
  name: "version",
  summary: "Print the version number of kpt",
  args: { min: 0, max: 0 },
  complete: "none",
  flags: versionFlags,
  examples: [
    { says: "Show the version and the commit it was built from.", run: "kpt version" },
    { says: "For scripts: the version alone.", run: "kpt version --short" },
  ],
  load: () => import("./version.run.ts"),
});
