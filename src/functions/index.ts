import type { ResourceList } from "../core/resource-list.ts";

/** How a function is called; the runtime fills it in. */
export interface FunctionCall {
  /** The tag of the image that was asked for, such as `v0.2.0`; some functions behave after it. */
  tag: string;
  /** A line for whoever debugs the function; what a program would print on its stderr. */
  log(text: string): void;
}

/** A function of the catalogue that runs in this process: pure, on the nodes of the items. */
export interface CatalogFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Edits the list. Throws FunctionError where the function fails. */
  run(list: ResourceList, call: FunctionCall): void | Promise<void>;
}

interface Entry {
  name: string;
  aliases?: readonly string[];
  load: () => Promise<{ fn: CatalogFunction }>;
}

/** One line per function: nothing of a function is loaded before it is asked for. */
const entries: readonly Entry[] = [];

const byName = new Map(
  entries.flatMap(entry => [entry.name, ...(entry.aliases ?? [])].map(name => [name, entry])),
);

/** The names of all functions, without their aliases. */
export const functionNames: readonly string[] = entries.map(entry => entry.name);

/** The function of a name or alias: the last element of an image's path, without tag. */
export async function loadFunction(name: string): Promise<CatalogFunction | undefined> {
  const entry = byName.get(name);
  return entry === undefined ? undefined : (await entry.load()).fn;
}
