import { KptError } from "../../../core/error.ts";
import {
  kptfileInventoryWarning,
  type LoadedPackage,
  loadDirectory,
  loadStream,
} from "../../../live/load.ts";
import type { Context } from "../../context.ts";

const maxStreamBytes = 256 * 2 ** 20;

/** The package that the first argument names: a directory, or `-` for standard input. */
export async function readLivePackage(
  context: Context,
  args: readonly string[],
  warnOn: "stdout" | "stderr" = "stdout",
): Promise<LoadedPackage> {
  const [argument = "."] = args;
  const loaded =
    argument === "-"
      ? loadStream(await readStdin(context))
      : await loadDirectory(argument, context.cwd, context.signal);
  for (const warning of loaded.warnings) context.stderr.write(`${warning}\n`);
  if (loaded.hasKptfileInventory) context[warnOn].write(kptfileInventoryWarning);
  return loaded;
}

async function readStdin({ stdin }: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxStreamBytes) throw new KptError("IO", "standard input is larger than 256 MiB");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
