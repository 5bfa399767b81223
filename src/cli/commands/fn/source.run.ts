import { basename, dirname, resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import { itemsBelow } from "../../../fn/eval.ts";
import { type Item, itemsOf } from "../../../fn/item.ts";
import { itemText } from "../../../fn/save.ts";
import { encodeList, type FunctionConfig } from "../../../fn/wire.ts";
import { readTextFile } from "../../../host/files.ts";
import { PackageFile, readPackage } from "../../../package/read.ts";
import type { Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import { locate } from "./locate.ts";
import type { sourceFlags } from "./source.ts";

export const run: Run<typeof sourceFlags> = async (context, { args, flags }) => {
  if (flags["include-meta-resources"]) {
    throw new KptError(
      "USAGE",
      "--include-meta-resources is no longer necessary because meta resources are now included by default",
    );
  }
  if (args.length > 1) throw new KptError("USAGE", `accepts at most 1 arg(s), received ${args.length}`);
  const { output } = flags;
  if (output !== "stdout" && output !== "unwrap" && output !== "") {
    throw new KptError(
      "USAGE",
      `invalid input for --output flag ${JSON.stringify(output)}, must be "stdout" or "unwrap"`,
    );
  }
  const items = await itemsAt(args[0] ?? ".", context);
  if (output === "unwrap") context.stdout.write(items.map(itemText).join("---\n"));
  else context.stdout.write(encodeList(items, configOf(flags["fn-config"], context.cwd)).text);
  return 0;
};

async function itemsAt(argument: string, context: Context): Promise<Item[]> {
  const warn = (message: string) => context.stderr.write(`[WARN] ${message}\n`);
  const located = locate(argument, context.cwd, warn, true);
  if (!located.isFolder) return itemsOf([fileAt(located.absolute)], "");
  const tree = await readPackage(located.absolute, { signal: context.signal, warn });
  return itemsBelow(tree).items;
}

function fileAt(absolute: string): PackageFile {
  return new PackageFile(basename(absolute), absolute, readTextFile(absolute));
}

function configOf(file: string, cwd: string): FunctionConfig {
  if (file === "") return undefined;
  const absolute = resolve(cwd, file);
  const found = /\.ya?ml$/.test(absolute) ? itemsOf([fileAt(absolute)], "") : [];
  const [item] = found;
  if (item === undefined || found.length !== 1) {
    throw new KptError("RESOURCE_INVALID", `expected exactly 1 functionConfig, found ${found.length}`, {
      place: { file: `${dirname(absolute)}/${basename(absolute)}` },
    });
  }
  return { item };
}
