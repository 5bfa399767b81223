import { KptError, messageOf } from "../../../core/error.ts";
import type { MapNode, PlainValue } from "../../../core/yaml/node.ts";
import { quoted } from "../../../fn/spelling.ts";
import { type PipelineList, readKptfile, type Selector } from "../../../package/kptfile.ts";
import { writeChanges } from "../../../package/write.ts";
import type { Context } from "../../context.ts";

export interface SavedFunction {
  image?: string;
  tag?: string;
  exec?: string;
  configPath?: string;
  configMap?: ReadonlyMap<string, string>;
  select: Selector | undefined;
  exclude: Selector | undefined;
}

/** Refuses a Kptfile that a function can't be added to, before the function runs. A missing one is told afterwards. */
export function checkKptfile(directory: string): void {
  try {
    readKptfile(directory);
  } catch (error) {
    if (!(error instanceof KptError) || error.code !== "KPTFILE_MISSING") throw error;
  }
}

/** Adds a function to a Kptfile's pipeline or replaces the one of the same name; trouble is told, not thrown. */
export function saveFunction(
  directory: string,
  list: PipelineList,
  saved: SavedFunction,
  context: Context,
): void {
  const label = saved.image ?? saved.exec ?? "";
  try {
    const kptfile = readKptfile(directory);
    const entry = entryOf(saved);
    const known = kptfile
      .functions(list)
      .find(each => (saved.image !== undefined ? each.image === saved.image : each.exec === saved.exec));
    if (known === undefined) kptfile.addFunction(list, entry);
    else redeclare(known.node, entry);
    writeChanges(directory, [{ path: "Kptfile", content: kptfile.toString() }]);
    const type = list === "mutators" ? "mutator" : "validator";
    context.stderr.write(
      `${known === undefined ? "Added" : "Updated"} ${quoted(label)} as ${type} in the Kptfile.\n`,
    );
  } catch (error) {
    if (!(error instanceof KptError)) throw error;
    context.stderr.write(
      error.code === "KPTFILE_MISSING"
        ? "function not added: Kptfile not exists\n"
        : `function is not added to Kptfile: ${messageOf(error)}\n`,
    );
  }
}

/** Makes a declared function into another one; what both have keeps its place and its comments. */
function redeclare(node: MapNode, entry: { [key: string]: PlainValue }): void {
  for (const key of node.keys()) if (!Object.hasOwn(entry, key)) node.delete(key);
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string" || node.text(key) !== value) node.set(key, value);
  }
}

function entryOf({ image, tag, exec, configPath, configMap, select, exclude }: SavedFunction): {
  [key: string]: PlainValue;
} {
  return {
    ...(image === undefined ? {} : { image }),
    ...(exec === undefined ? {} : { exec }),
    ...(configPath === undefined ? {} : { configPath }),
    ...(configMap === undefined || configMap.size === 0 ? {} : { configMap }),
    ...(tag === undefined || tag === "" ? {} : { tag }),
    ...(select === undefined ? {} : { selectors: [plainSelector(select)] }),
    ...(exclude === undefined ? {} : { exclude: [plainSelector(exclude)] }),
  };
}

function plainSelector(selector: Selector): { [key: string]: PlainValue } {
  const { apiVersion, kind, name, namespace, labels, annotations } = selector;
  return {
    ...(apiVersion ? { apiVersion } : {}),
    ...(kind ? { kind } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
  };
}
