import type { CatalogFunction } from "./catalog-function.ts";
import type { FunctionDoc } from "./function-doc.ts";
import { docs, functions } from "./registry.ts";

/** The names of all functions, aliases too. */
export const functionNames: readonly string[] = Object.keys(functions);

/** The function of a name: the last element of an image's path, without tag. Nothing else is loaded. */
export async function loadFunction(name: string): Promise<CatalogFunction | undefined> {
  return Object.hasOwn(functions, name) ? (await functions[name]?.())?.fn : undefined;
}

export async function loadDoc(name: string): Promise<FunctionDoc | undefined> {
  return Object.hasOwn(docs, name) ? (await docs[name]?.())?.doc : undefined;
}
