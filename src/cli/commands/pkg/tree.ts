import { command, flags } from "../../command.ts";

export const treeFlags = flags({});

export const tree = command({
  name: "tree",
  usage: "[DIR]",
  args: { min: 0, max: 1 },
  summary: "Display resources, files and packages in a tree structure.",
  description: `Displays resources, files and packages in a tree structure.

Each resource stands on a line with its file: '[FILE]  KIND NAME', or
'[FILE]  KIND NAMESPACE/NAME'. Folders that hold resources are branches; those
with a Kptfile are shown as packages. Files that hold no resources follow.

Args:

  DIR:
    The folder to show. Defaults to the current directory.`,
  flags: treeFlags,
  examples: [
    { says: "Show resources in the current directory.", run: "kpt pkg tree" },
    { says: "Show the package in folder 'wordpress'.", run: "kpt pkg tree wordpress/" },
  ],
  load: () => import("./tree.run.ts"),
});
