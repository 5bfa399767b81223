import type { PatchStrategy, Schema } from "./schema.ts";

/** How a list is combined with another one. */
export interface ListRule {
  /**
   * For three-way merges: `map` by `keys`, `set` of scalars, or `atomic` (one value). Follows the patch
   * strategy, with the list-map keys where there are any, as kyaml does.
   */
  merge: "map" | "set" | "atomic";
  keys: readonly string[];
  /** For strategic merge patches: the strategies and the one key. */
  patchStrategy: readonly PatchStrategy[];
  patchMergeKey: string | undefined;
  /** For server-side apply. Absent in the schema means atomic. */
  listType: "atomic" | "set" | "map";
  listMapKeys: readonly string[];
}

/**
 * The rule of the list at a field path below `schema` (numbers or `[]` step into a list's elements).
 * Undefined where the schema does not know the place or it is no list.
 */
export function listRule(
  _schema: Schema | undefined,
  ..._fields: readonly (string | number)[]
): ListRule | undefined {
  return undefined;
}
