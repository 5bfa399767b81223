import { KptError } from "../../core/error.ts";
import { inFolder, kptfileName } from "../../package/folder.ts";
import { forceDeleteReplace } from "./force-delete-replace.ts";
import { differingFiles } from "./same-package.ts";
import type { StrategyInput } from "./strategy.ts";

/** Takes upstream as it is, provided that nothing was changed here. */
export async function fastForward(input: StrategyInput): Promise<void> {
  const { draft, folder, base, local } = input;
  const modified = differingFiles(base, local, "");
  if (modified.length > 0) {
    const names = modified.map(shownName).join(" ");
    throw new KptError(
      "MERGE_CONFLICT",
      `local package files have been modified: [${names}].\n  use a different update --strategy.`,
      { label: "Error" },
    );
  }
  await forceDeleteReplace(input);
  const kptfile = draft.kptfile(folder);
  if (kptfile === undefined) return;
  kptfile.setRenderStatus(undefined);
  kptfile.removeCondition("Rendered");
  draft.write(inFolder(folder, kptfileName), kptfile.toString());
}

function shownName(path: string): string {
  return path.replace(/[\u0000-\u001f\u007f]/g, "?");
}
