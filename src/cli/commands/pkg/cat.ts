import { command, flags } from "../../command.ts";

export const catFlags = flags({
  format: { type: "boolean", default: true, summary: "format resource config yaml before printing." },
  annotate: {
    type: "boolean",
    summary: "annotate resources with their file origins.",
  },
  "strip-comments": { type: "boolean", summary: "remove comments from yaml." },
  style: {
    type: "strings",
    split: true,
    summary:
      "yaml styles to apply. may be 'TaggedStyle', 'DoubleQuotedStyle', 'LiteralStyle', 'FoldedStyle', 'FlowStyle'.",
    complete: [
      "TaggedStyle",
      "DoubleQuotedStyle",
      "SingleQuotedStyle",
      "LiteralStyle",
      "FoldedStyle",
      "FlowStyle",
    ],
  },
  "recurse-subpackages": {
    type: "boolean",
    short: "R",
    default: true,
    summary: "print resources recursively in all the nested subpackages",
  },
});

export const cat = command({
  name: "cat",
  usage: "[FILE | DIR]",
  args: { min: 0, max: 1 },
  complete: "file",
  summary: "Print the contents of a package",
  description: `Prints the resources and the other text files of a package to stdout, divided by
lines of '---'. Resources are printed with their fields in canonical order.

Args:

  FILE | DIR:
    The file, or the folder with all below it. Defaults to the current directory.`,
  flags: catFlags,
  examples: [
    { says: "Print the package in the current directory.", run: "kpt pkg cat" },
    {
      says: "Print a package as it is written, without its subpackages.",
      run: "kpt pkg cat wordpress --format=false -R=false",
    },
  ],
  load: () => import("./cat.run.ts"),
});
