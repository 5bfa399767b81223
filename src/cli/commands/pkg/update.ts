import { command, flags } from "../../command.ts";

export const updateFlags = flags({
  strategy: {
    type: "string",
    placeholder: "STRATEGY",
    summary:
      "the update strategy that will be used when updating the package; what the Kptfile says, else resource-merge. " +
      "This will change the default strategy for the package -- must be one of: " +
      "resource-merge,fast-forward,force-delete-replace,copy-merge",
    complete: ["resource-merge", "fast-forward", "force-delete-replace", "copy-merge"],
  },
  "on-conflict": {
    type: "string",
    placeholder: "SIDE",
    choices: ["upstream", "local", "fail"],
    summary:
      "who wins where both sides changed the same thing: upstream, local, or fail to change nothing and exit with 4. " +
      "Unless given upstream wins in fields, the local file stays where it is no resource, and types that differ are an error",
  },
  "dry-run": {
    type: "boolean",
    summary: "print what the update would take from upstream, keep and decide; write nothing",
  },
  output: {
    type: "string",
    short: "o",
    default: "text",
    placeholder: "FORMAT",
    choices: ["text", "json"],
    summary: "json prints every decision of the merge to stdout",
  },
});

export const update = command({
  name: "update",
  usage: "[PKG_PATH][@VERSION]",
  args: { min: 0, max: 1 },
  complete: "file",
  summary: "Apply upstream package updates.",
  description: `
Fetches the version of a package that it was made from and the one that it is to
have, merges both with the local package, and writes the result in one step: an
update that fails leaves the package as it was.

PKG_PATH:
  The local package, below the current directory; the current directory unless given.

VERSION:
  A tag, branch or commit of the upstream repository; what the Kptfile names
  unless given.

Strategies:
  resource-merge        merges resources field by field; upstream wins conflicts
  fast-forward          takes upstream, but only if nothing was changed here
  force-delete-replace  takes upstream and drops all local changes
  copy-merge            copies upstream's files over the local ones
`,
  flags: updateFlags,
  examples: [
    { says: "Update the package in the current directory", run: "kpt pkg update" },
    { says: "Update wordpress to the version v2", run: "kpt pkg update wordpress@v2" },
    { says: "Show what that would change", run: "kpt pkg update wordpress@v2 --dry-run" },
    {
      says: "Change nothing if local and upstream changes contradict each other",
      run: "kpt pkg update wordpress@v2 --on-conflict=fail",
    },
  ],
  load: () => import("./update.run.ts"),
});
