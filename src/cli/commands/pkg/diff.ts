import { command, flags } from "../../command.ts";

export const diffFlags = flags({
  "diff-type": {
    type: "string",
    default: "",
    placeholder: "TYPE",
    summary: "diff type you want to perform e.g. local, remote, combined, 3way",
    complete: ["local", "remote", "combined", "3way"],
  },
  "diff-tool": {
    type: "string",
    default: "",
    placeholder: "TOOL",
    summary: "diff tool to use to show the changes; KPT_EXTERNAL_DIFF, else diff",
    complete: "none",
  },
  "diff-tool-opts": {
    type: "string",
    default: "",
    placeholder: "OPTIONS",
    summary: "diff tool commandline options to use to show the changes; KPT_EXTERNAL_DIFF_OPTS, else none",
    complete: "none",
  },
  debug: {
    type: "boolean",
    summary: "when true, prints additional debug information and do not delete staged pkg dirs",
  },
});

export const diff = command({
  name: "diff",
  usage: "[PKG_PATH@VERSION]",
  args: { min: 0, max: 1 },
  summary: "Show differences between a local package and upstream.",
  description: `
Fetches the versions of a package that are needed and shows their differences
with a program such as diff or meld. The exit code says nothing about differences.

PKG_PATH:
  The local package; the current directory unless given.

VERSION:
  A tag, branch or commit of the upstream repository to compare with; its default
  branch unless given.

Types of differences:
  local      what was changed locally since the package was fetched (default)
  remote     what has changed upstream between the fetched version and VERSION
  combined   local package against VERSION (default when VERSION is given)
  3way       all three, for programs that can show them
`,
  flags: diffFlags,
  examples: [
    { says: "Show what was changed locally, in all directories", run: 'kpt pkg diff --diff-tool-opts "-r"' },
    { says: "Show what an update to v2 would meet", run: "kpt pkg diff wordpress@v2" },
    { says: "Use another program", run: "kpt pkg diff @master --diff-tool meld" },
  ],
  load: () => import("./diff.run.ts"),
});
