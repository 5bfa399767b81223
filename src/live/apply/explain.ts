import { listAt, textAt } from "../../core/json.ts";
import { reasonsOf } from "../status/reasons.ts";
import type { StatusTree } from "../status/tree.ts";
import type { Item } from "./item.ts";

/** One sentence about what an object waits for, out of its conditions and of what its pods say. */
export function explain(item: Item, tree: StatusTree): string | undefined {
  if (item.vertex.action === "delete") return explainDeletion(tree);
  if (tree.status === "NotFound") return "the object was deleted by somebody else";
  const uid = textAt(tree.object, "metadata", "uid");
  if (uid !== undefined && item.uid !== undefined && uid !== item.uid) {
    return "the object was replaced by somebody else";
  }
  const reasons = reasonsOf(tree, item.heard);
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

function explainDeletion(tree: StatusTree): string | undefined {
  const finalizers = listAt(tree.object, "metadata", "finalizers").filter(name => typeof name === "string");
  if (finalizers.length > 0) return `waits for the finalizers ${finalizers.join(", ")}`;
  return tree.object === undefined ? undefined : "the server still has it";
}
