import { type PatchStrategy, type Schema, schemaAt } from "./schema.ts";

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

const none: readonly never[] = [];
const rules = new WeakMap<Schema, ListRule>();

/**
 * The rule of the list at a field path below `schema` (numbers or `[]` step into a list's elements).
 * Undefined where the schema does not know the place or it is no list.
 */
export function listRule(
  schema: Schema | undefined,
  ...fields: readonly (string | number)[]
): ListRule | undefined {
  const list = schemaAt(schema, ...fields.map(field => (field === "[]" ? 0 : field)));
  if (list === undefined || (list.type !== "array" && list.items === undefined)) return undefined;
  const known = rules.get(list);
  if (known !== undefined) return known;
  const rule = ruleOf(list);
  rules.set(list, rule);
  return rule;
}

function ruleOf(list: Schema): ListRule {
  const patchStrategy = list.patchStrategy ?? none;
  const listMapKeys = list.listMapKeys ?? none;
  const facts = {
    patchStrategy,
    patchMergeKey: list.patchMergeKey,
    listType: list.listType ?? "atomic",
    listMapKeys,
  };
  if (!patchStrategy.includes("merge")) return { ...facts, merge: "atomic", keys: none };
  const key = list.patchMergeKey;
  const keys = listMapKeys.length > 0 ? listMapKeys : key === undefined ? none : [key];
  return { ...facts, merge: keys.length > 0 ? "map" : "set", keys };
}
