import { join, resolve } from "node:path";
import { resultsFile } from "../../../fn/record.ts";
import type { FunctionRun } from "../../../fn/results.ts";
import { writeFileAtomically } from "../../../host/files.ts";
import { makeFolder } from "../../../host/folder.ts";
import { ioError } from "../../../host/io-error.ts";
import type { Context } from "../../context.ts";
import { visibleLine } from "../../terminal/visible.ts";

/** Makes the folder at once: an unusable one must stop the command before anything runs. */
export function prepareResults(folder: string, cwd: string): void {
  if (folder === "") return;
  try {
    makeFolder(resolve(cwd, folder));
  } catch (error) {
    throw ioError("mkdir", folder, error);
  }
}

/** Writes results.yaml and says where it is. */
export function saveResults(
  folder: string,
  runs: readonly FunctionRun[],
  failed: boolean,
  context: Context,
): void {
  if (folder === "") return;
  writeFileAtomically(resolve(context.cwd, folder, "results.yaml"), resultsFile(runs, failed));
  context.stderr.write(`For complete results, see ${visibleLine(join(folder, "results.yaml"))}\n`);
}
