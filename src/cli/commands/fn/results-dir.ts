import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { resultsFile } from "../../../fn/record.ts";
import type { FunctionRun } from "../../../fn/results.ts";
import { writeFileAtomically } from "../../../host/files.ts";
import { ioError } from "../../../host/io-error.ts";
import type { Context } from "../../context.ts";

/** Makes the folder at once: an unusable one must stop the command before anything runs. */
export function prepareResults(folder: string, cwd: string): void {
  if (folder === "") return;
  try {
    mkdirSync(resolve(cwd, folder), { recursive: true });
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
  context.stderr.write(`For complete results, see ${join(folder, "results.yaml")}\n`);
}
