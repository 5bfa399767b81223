import { resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import { MapNode } from "../../../core/yaml/node.ts";
import { names } from "../../../fn/annotations.ts";
import { defaultPath } from "../../../fn/default-path.ts";
import { itemsOfText } from "../../../fn/eval.ts";
import type { Item } from "../../../fn/item.ts";
import { fileContents } from "../../../fn/save.ts";
import { writeNewFolder } from "../../../host/new-folder.ts";
import type { Run } from "../../command.ts";
import { readAll } from "./read-stdin.ts";
import type { sinkFlags } from "./sink.ts";
import { refuseExisting } from "./write-output.ts";

export const run: Run<typeof sinkFlags> = async (context, { args }) => {
  const folder = args[0] ?? "";
  const target = resolve(context.cwd, folder);
  refuseExisting(target, folder);
  const items = itemsOfText(await readAll(context.stdin, context.signal)).map(placed);
  const files = fileContents({ files: [], items });
  await writeNewFolder(target, files);
  return 0;
};

function placed(item: Item): Item {
  if (item.path !== undefined) return item;
  if (!(item.node instanceof MapNode)) {
    throw new KptError("RESOURCE_INVALID", "a document that is no resource has no file to go to");
  }
  return item.carry(new Map([...item.carried, [names.path, defaultPath(item.node)]]));
}
