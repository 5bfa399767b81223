import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import type { Item } from "../../../fn/item.ts";
import { fileContents, itemText } from "../../../fn/save.ts";
import { encodeList } from "../../../fn/wire.ts";
import { writeNewFolder } from "../../../host/new-folder.ts";
import type { PackageFile } from "../../../package/read.ts";
import type { Context } from "../../context.ts";

/** Where resources go: back to their files, to stdout as a list or as documents, or to a new folder. */
export type Destination = { kind: "place" } | Elsewhere;
type Elsewhere = { kind: "stdout" } | { kind: "unwrap" } | { kind: "folder"; path: string; shown: string };

/** Reads an `--output` flag. A folder must not exist yet. */
export function destinationOf(output: string, cwd: string): Destination {
  if (output === "") return { kind: "place" };
  if (output === "stdout" || output === "unwrap") return { kind: output };
  const path = resolve(cwd, output);
  refuseExisting(path, output);
  return { kind: "folder", path, shown: output };
}

export function refuseExisting(path: string, shown: string): void {
  if (!existsSync(path)) return;
  throw new KptError(
    "ALREADY_EXISTS",
    `directory ${JSON.stringify(shown)} already exists, please delete the directory and retry`,
  );
}

/** Writes items to anywhere but their own files. Files of `read` that nobody changed keep their bytes in a folder. */
export async function writeElsewhere(
  destination: Elsewhere,
  items: readonly Item[],
  read: readonly PackageFile[],
  context: Context,
): Promise<void> {
  if (destination.kind === "stdout") context.stdout.write(encodeList(items, undefined).text);
  else if (destination.kind === "unwrap") context.stdout.write(items.map(itemText).join("---\n"));
  else {
    await writeNewFolder(destination.path, fileContents({ files: read, items }));
  }
}
