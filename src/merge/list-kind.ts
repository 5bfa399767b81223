import { KptError } from "../core/error.ts";
import { listRule } from "../core/schema/merge-keys.ts";
import type { Schema } from "../core/schema/schema.ts";
import type { SeqNode, YamlNode } from "../core/yaml/node.ts";
import type { Place, Sides } from "./sides.ts";

/** How the elements of a list are told apart. `plain` lists are one value. */
export type ListKind =
  | { is: "plain" }
  | { is: "set" }
  | { is: "keyed"; keys: readonly string[] }
  /** Told apart by something that is no field, such as the image of a function without its tag. */
  | { is: "identified"; identify: (elements: readonly YamlNode[]) => string[] };

export const plain: ListKind = { is: "plain" };
const set: ListKind = { is: "set" };
const byName: ListKind = { is: "keyed", keys: ["name"] };

export interface ListRules {
  /** Whether lists that no schema knows are merged by `name` when all their elements have one. */
  infer: boolean;
  /** Lists of which only some elements have a name are one value instead of an error. */
  lenient?: boolean;
  /** Answers before the schema is asked. */
  identify?: ((path: string) => ((elements: readonly YamlNode[]) => string[]) | undefined) | undefined;
}

export function listKind(rules: ListRules, place: Place, sides: Sides<SeqNode | undefined>): ListKind {
  const identify = rules.identify?.(place.path);
  if (identify !== undefined) return { is: "identified", identify };
  const known = listKindInSchema(place.schema);
  if (known !== undefined) return known;
  return rules.infer ? inferredKind(place, sides, rules.lenient ?? false) : plain;
}

/** Undefined where the schema does not know the list. */
export function listKindInSchema(schema: Schema | undefined): ListKind | undefined {
  const rule = listRule(schema);
  if (rule === undefined) return undefined;
  if (rule.merge === "map") return { is: "keyed", keys: rule.keys };
  if (rule.merge === "set") return set;
  // Types of custom resources have no patch strategy, but say how server-side apply merges them.
  if (rule.listType === "map" && rule.listMapKeys.length > 0) return { is: "keyed", keys: rule.listMapKeys };
  return rule.listType === "set" ? set : plain;
}

/** kyaml's rule: `name` is the key where all elements of a side have one; a later side that differs is an error. */
function inferredKind(
  { path }: Place,
  { local, base, upstream }: Sides<SeqNode | undefined>,
  lenient: boolean,
): ListKind {
  let named = false;
  for (const side of [local, base, upstream]) {
    if (side === undefined || side.size === 0) continue;
    if (side.items.every(hasName)) named = true;
    else if (lenient) return plain;
    else if (named) {
      throw new KptError("MERGE_CONFLICT", `conflicting merge keys [name,] for field ${path}`, {
        label: "Error",
      });
    }
  }
  return named ? byName : plain;
}

function hasName(element: YamlNode): boolean {
  return element.kind === "map" && element.has("name");
}
