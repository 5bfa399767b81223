import { effectiveEntries, resolved } from "./alias.ts";
import type { ScalarNode, YamlNode } from "./node.ts";

/** Comparisons below aliases in one call; a document that needs more is hostile and counts as different. */
const aliasBudget = 1_000_000;

/**
 * Whether two nodes mean the same, however they are spelled: the order of keys, quotes, styles, comments and
 * anchors don't count; scalars are equal when type and text are. Nothing equals nothing.
 */
export function equalByValue(a: YamlNode | undefined, b: YamlNode | undefined): boolean {
  return equal(a, b, { below: 0, made: 0 });
}

function equal(
  one: YamlNode | undefined,
  other: YamlNode | undefined,
  expansion: { below: number; made: number },
): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (expansion.below > 0 && (expansion.below > 200 || ++expansion.made > aliasBudget)) return false;
  if (one.kind === "alias" || other.kind === "alias") {
    expansion.below++;
    const isEqual = equal(resolved(one), resolved(other), expansion);
    expansion.below--;
    return isEqual;
  }
  if (one.kind === "scalar") return other.kind === "scalar" && equalScalars(one, other);
  if (one.kind === "seq") {
    if (other.kind !== "seq" || one.size !== other.size) return false;
    return one.items.every((item, i) => equal(item, other.items[i], expansion));
  }
  if (other.kind !== "map") return false;
  const left = effectiveEntries(one);
  const right = effectiveEntries(other);
  if (left.size !== right.size) return false;
  for (const [key, value] of left) if (!equal(value, right.get(key), expansion)) return false;
  return true;
}

function equalScalars(one: ScalarNode, other: ScalarNode): boolean {
  const { type } = one;
  if (type !== other.type) return false;
  if (type === "null") return true;
  if (type === "bool") return one.toJS() === other.toJS();
  return one.text === other.text;
}
