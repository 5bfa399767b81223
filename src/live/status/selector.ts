import type { JsonMap } from "../../core/json.ts";
import { isMap, listAt, mapAt, textAt, valueAt } from "../../core/json.ts";

export interface LabelSelector {
  /** What matches has all of these. */
  labels: readonly (readonly [string, unknown])[];
  matches(object: JsonMap): boolean;
}

/** `spec.selector` of a workload; undefined where there is none or it would match everything. */
export function selectorOf(object: JsonMap): LabelSelector | undefined {
  const selector = mapAt(object, "spec", "selector");
  if (selector === undefined) return undefined;
  const labels = Object.entries(mapAt(selector, "matchLabels") ?? {});
  const expressions = listAt(selector, "matchExpressions").filter(isMap);
  if (labels.length === 0 && expressions.length === 0) return undefined;
  return {
    labels,
    matches: candidate =>
      labels.every(([key, value]) => valueAt(candidate, "metadata", "labels", key) === value) &&
      expressions.every(expression => expressionMatches(expression, candidate)),
  };
}

function expressionMatches(expression: JsonMap, candidate: JsonMap): boolean {
  const label = textAt(candidate, "metadata", "labels", textAt(expression, "key") ?? "");
  const values = listAt(expression, "values");
  switch (textAt(expression, "operator")) {
    case "In":
      return label !== undefined && values.includes(label);
    case "NotIn":
      return label === undefined || !values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}
