import { Resource } from "../../core/resource.ts";
import { FunctionError, type ItemPlace, resourceList } from "../../core/resource-list.ts";
import type { MapNode } from "../../core/yaml/node.ts";
import type { CatalogFunction } from "../../functions/index.ts";
import { names, travelling } from "../annotations.ts";
import { type Item, takeTravelling } from "../item.ts";
import type { FunctionResult } from "../results.ts";
import type { FunctionConfig } from "../wire.ts";

/** What a function in this process made of its list. */
export interface BuiltinAnswer {
  items: BuiltinItem[];
  results: FunctionResult[];
  stderr: string;
  exitCode: number;
}

export interface BuiltinItem {
  /** The item that it was; undefined for a new one. */
  item: Item | undefined;
  node: MapNode;
  /** Path and index where the function changed or gave them. */
  carried: Map<string, string>;
}

export interface BuiltinRuntime {
  kind: "builtin";
  run(items: readonly Item[], config: FunctionConfig, validates: boolean): Promise<BuiltinAnswer>;
}

/**
 * A catalog function in this process. It works on the nodes of the package itself, unless it validates: then on copies,
 * whose changes are thrown away. `rehearses` makes it work on copies first, so that a failure leaves the nodes alone.
 */
export function builtinRuntime(fn: CatalogFunction, tag: string, rehearses = false): BuiltinRuntime {
  return {
    kind: "builtin",
    async run(items, config, validates) {
      if (validates || rehearses) {
        const trial = await call(fn, tag, items, config, true);
        if (validates || trial.exitCode !== 0) return trial;
      }
      return call(fn, tag, items, config, false);
    },
  };
}

async function call(
  fn: CatalogFunction,
  tag: string,
  items: readonly Item[],
  config: FunctionConfig,
  onCopies: boolean,
): Promise<BuiltinAnswer> {
  const known = new Map<Resource, Item>();
  const places = new Map<Resource, ItemPlace>();
  const given = new Map<Resource, ItemPlace>();
  let functionConfig = config !== undefined && "node" in config ? new Resource(config.node) : undefined;
  for (const item of items) {
    if (item.resource === undefined) continue;
    const resource = onCopies ? new Resource(item.resource.node.clone()) : item.resource;
    known.set(resource, item);
    const index = item.index === undefined ? undefined : Number(item.index);
    const owner = item.packagePath === "" ? {} : { owner: item.packagePath };
    const place: ItemPlace = { path: item.path, index, ...owner };
    places.set(resource, place);
    given.set(resource, { ...place });
    if (config !== undefined && "item" in config && config.item.node === item.node) functionConfig = resource;
  }
  if (functionConfig === undefined && config !== undefined && "item" in config)
    functionConfig = config.item.resource;
  const list = resourceList([...known.keys()], { functionConfig, places });
  const log: string[] = [];
  try {
    await fn.run(list, { tag, log: text => log.push(text) });
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    return { items: [], results: list.results, stderr: [...log, error.stderr].join("\n"), exitCode: 1 };
  }
  const produced = list.items.map((resource): BuiltinItem => {
    const item = known.get(resource);
    const carried = hasTravelling(resource) ? takeTravelling(resource.node) : new Map<string, string>();
    const place = places.get(resource);
    const before = given.get(resource);
    if (place !== undefined && place.path !== undefined && place.path !== before?.path)
      carried.set(names.path, place.path);
    if (place !== undefined && place.index !== undefined && place.index !== before?.index) {
      carried.set(names.index, String(place.index));
    }
    if (before === undefined && place?.owner !== undefined) carried.set(names.packagePath, place.owner);
    return { item, node: resource.node, carried };
  });
  return {
    items: produced,
    results: list.results,
    stderr: log.map(line => `${line}\n`).join(""),
    exitCode: 0,
  };
}

function hasTravelling(resource: Resource): boolean {
  const metadata = resource.node.get("metadata");
  const annotations = metadata?.kind === "map" ? metadata.get("annotations") : undefined;
  return annotations?.kind === "map" && annotations.entries.some(entry => travelling.has(entry.keyText));
}
