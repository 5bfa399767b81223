import type { JsonMap } from "../../core/json.ts";
import { mapsAt } from "../kube-object.ts";

/** Puts a condition into a list as controllers do: its time changes with its status, other kinds stay in place. */
export function setCondition(status: JsonMap, condition: JsonMap, now: string): void {
  const list = mapsAt(status, "conditions");
  const index = list.findIndex(({ type }) => type === condition["type"]);
  const present = list[index];
  const unchanged = present !== undefined && present["status"] === condition["status"];
  const lastTransitionTime = unchanged ? (present["lastTransitionTime"] ?? now) : now;
  const fresh: JsonMap = { ...condition, lastTransitionTime };
  if (index < 0) list.push(fresh);
  else list[index] = fresh;
  status["conditions"] = list;
}

export function conditionOf(object: JsonMap | undefined, type: string): JsonMap | undefined {
  return mapsAt(object, "status", "conditions").find(condition => condition["type"] === type);
}
