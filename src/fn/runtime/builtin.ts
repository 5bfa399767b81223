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
  /** Where the trouble is, if the function failed and knows it. */
  files: string[];
}

export interface BuiltinItem {
  /** The item that it was; undefined for a new one. */
  item: Item | undefined;
  node: MapNode;
  /** Path and index where the function changed or gave them; nothing where it didn't. */
  carried: Map<string, string> | undefined;
}

export interface BuiltinRuntime {
  kind: "builtin";
  run(items: readonly Item[], config: FunctionConfig, validates: boolean): Promise<BuiltinAnswer>;
}

/** What becomes of the nodes: nothing; what the function does to them; or that only if it does not fail. */
type Effect = "none" | "direct" | "on-success";

/**
 * A catalog function in this process. It works on the nodes of the package itself, unless it validates: then on copies,
 * whose changes are thrown away. `rehearses` makes it work on copies too, which the nodes follow when it has succeeded.
 */
export function builtinRuntime(fn: CatalogFunction, tag: string, rehearses = false): BuiltinRuntime {
  return {
    kind: "builtin",
    run: (items, config, validates) =>
      call(fn, tag, items, config, validates ? "none" : rehearses ? "on-success" : "direct"),
  };
}

async function call(
  fn: CatalogFunction,
  tag: string,
  items: readonly Item[],
  config: FunctionConfig,
  effect: Effect,
): Promise<BuiltinAnswer> {
  const known = new Map<Resource, Item>();
  const places = new Map<Resource, ItemPlace>();
  let functionConfig = config !== undefined && "node" in config ? new Resource(config.node) : undefined;
  const configNode = config !== undefined && "item" in config ? config.item.node : undefined;
  for (const item of items) {
    if (item.resource === undefined) continue;
    const resource = effect === "direct" ? item.resource : copyOf(item.resource);
    known.set(resource, item);
    places.set(resource, placeOf(item));
    if (configNode === item.node) functionConfig = resource;
  }
  if (functionConfig === undefined && config !== undefined && "item" in config)
    functionConfig = config.item.resource;
  const list = resourceList([...known.keys()], { functionConfig, places });
  const log: string[] = [];
  try {
    await fn.run(list, { tag, log: text => log.push(text) });
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const files = [...new Set(error.blames.map(resource => places.get(resource)?.path))];
    return {
      items: [],
      results: list.results,
      stderr: [...log, error.stderr].join("\n"),
      exitCode: 1,
      files: files.filter(path => path !== undefined),
    };
  }
  const produced = list.items.map((resource): BuiltinItem => {
    const item = known.get(resource);
    const carried = carriedOf(resource, places.get(resource), item);
    if (item?.resource !== undefined && effect === "on-success") item.resource.node.takeOver(resource.node);
    return { item, node: resource.node, carried };
  });
  return {
    items: produced,
    results: list.results,
    stderr: log.map(line => `${line}\n`).join(""),
    exitCode: 0,
    files: [],
  };
}

/** A copy that still counts as the root of its document, so that the same comments belong to it. */
function copyOf(resource: Resource): Resource {
  const copy = resource.node.copyTree();
  copy.up = { isOwner: true, touched: () => undefined };
  return new Resource(copy);
}

function placeOf(item: Item): ItemPlace {
  const { path, index, packagePath } = item;
  const place = { path, index: index === undefined ? undefined : Number(index) };
  return packagePath === "" ? place : { ...place, owner: packagePath };
}

/** What a resource carries after a function that is new: annotations that it gave itself, a place that it was given. */
function carriedOf(
  resource: Resource,
  place: ItemPlace | undefined,
  item: Item | undefined,
): Map<string, string> | undefined {
  const before = item && placeOf(item);
  const isMoved = place?.path !== undefined && place.path !== before?.path;
  const isReordered = place?.index !== undefined && place.index !== before?.index;
  const isOwned = before === undefined && place?.owner !== undefined;
  const isMarked = resource.node.changed && hasTravelling(resource);
  if (!isMoved && !isReordered && !isOwned && !isMarked) return undefined;
  const carried = isMarked ? takeTravelling(resource.node) : new Map<string, string>();
  if (isMoved) carried.set(names.path, place.path ?? "");
  if (isReordered) carried.set(names.index, String(place.index));
  if (isOwned) carried.set(names.packagePath, place.owner ?? "");
  return carried;
}

function hasTravelling(resource: Resource): boolean {
  const metadata = resource.node.get("metadata");
  const annotations = metadata?.kind === "map" ? metadata.get("annotations") : undefined;
  return annotations?.kind === "map" && annotations.entries.some(entry => travelling.has(entry.keyText));
}
