import { MapNode, SeqNode, type YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import type { Selector } from "../package/kptfile.ts";
import { allFiles, type PackageFile, type PackageTree } from "../package/read.ts";
import { names } from "./annotations.ts";
import type { ReadyFunction } from "./host.ts";
import { Item, itemsOf, takeTravelling } from "./item.ts";
import type { Report } from "./progress.ts";
import { runFunction } from "./runner.ts";
import type { Outcome } from "./step.ts";
import { type FunctionConfig, listedNodes } from "./wire.ts";

export interface EvalOptions {
  items: readonly Item[];
  fn: ReadyFunction;
  config: FunctionConfig;
  select: Selector | undefined;
  exclude: Selector | undefined;
  report: Report;
  explains?: boolean;
}

/** Runs one function on a list of items. What comes out is for the caller to write. */
export function evalFunction({
  items,
  fn,
  config,
  select,
  exclude,
  report,
  explains,
}: EvalOptions): Promise<Outcome> {
  return runFunction(items, {
    fn,
    config,
    selectors: select === undefined ? [] : [select],
    exclude: exclude === undefined ? [] : [exclude],
    validates: false,
    report,
    explains: explains ?? false,
  });
}

/** Everything below a folder as one list, but for the files that `leaveOut` names by absolute path. */
export function itemsBelow(tree: PackageTree, leaveOut?: string): { files: PackageFile[]; items: Item[] } {
  const files = allFiles(tree).filter(file => file.absolute !== leaveOut);
  return { files, items: itemsOf(files, "") };
}

/**
 * The items of a text from standard input: a ResourceList, a List or documents. What they carry stays with them; documents
 * get their position (spec: fn 5.1).
 */
export function itemsOfText(text: string): Item[] {
  const roots = parseYaml(text)
    .documents.map(document => document.root)
    .filter(root => root !== undefined);
  const list = roots.length === 1 ? listIn(roots[0]) : undefined;
  if (list !== undefined) {
    return listedNodes(list, text).map(
      node => new Item(node, node instanceof MapNode ? takeTravelling(node) : new Map()),
    );
  }
  return roots.map((node, i) => {
    const index = String(i);
    const carried = new Map<string, string>([
      [names.legacyIndex, index],
      [names.index, index],
      [names.seqindent, "compact"],
    ]);
    if (node instanceof MapNode) for (const [key, value] of takeTravelling(node)) carried.set(key, value);
    return new Item(node, carried);
  });
}

function listIn(node: YamlNode | undefined): readonly YamlNode[] | undefined {
  if (!(node instanceof MapNode)) return undefined;
  const kind = node.text("kind");
  if ((kind !== "ResourceList" && kind !== "List") || !(node.has("items") || node.has("functionConfig")))
    return undefined;
  const items = node.get("items");
  return items instanceof SeqNode ? items.items : [];
}
