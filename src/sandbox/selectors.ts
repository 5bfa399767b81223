import { isMap, type Json, type JsonMap, valueAt } from "../core/json.ts";
import { badRequest } from "./api-error.ts";
import { mapsAt, textMapAt, textsAt } from "./kube-object.ts";
import { labelValueProblem, qualifiedNameProblem } from "./names.ts";
import { parseRequirements, type Requirement } from "./selector-text.ts";

export type LabelSelector = readonly Requirement[];

/** Reads the query parameter labelSelector. */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = parseRequirements(text);
  for (const requirement of requirements) checkRequirement(requirement);
  return requirements;
}

function checkRequirement({ key, values }: Requirement): void {
  const wrongKey = qualifiedNameProblem(key);
  if (wrongKey !== undefined)
    throw badRequest(
      `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${wrongKey}`,
    );
  for (const value of values) {
    const wrong = labelValueProblem(value);
    if (wrong !== undefined) {
      throw badRequest(
        `unable to parse requirement: values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrong}`,
      );
    }
  }
}

export function matchesLabels(selector: LabelSelector, labels: ReadonlyMap<string, string>): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = labels.get(key);
    switch (operator) {
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
      case "=":
      case "in":
        return value !== undefined && values.includes(value);
      case ">":
      case "<": {
        const [left, right] = [Number(value), Number(values[0])];
        return value !== undefined && (operator === ">" ? left > right : left < right);
      }
      default:
        return value === undefined || !values.includes(value);
    }
  });
}

/** A LabelSelector as objects carry it: matchLabels and matchExpressions. An absent one selects nothing. */
export function selectorOf(value: Json | undefined): LabelSelector | undefined {
  if (!isMap(value)) return undefined;
  const equal = [...textMapAt(value, "matchLabels")].map(([key, text]): Requirement => {
    return { key, operator: "=", values: [text] };
  });
  const operators: Record<string, Requirement["operator"]> = {
    In: "in",
    NotIn: "notin",
    Exists: "exists",
    DoesNotExist: "!",
  };
  const expressions = mapsAt(value, "matchExpressions").map((expression): Requirement => {
    return {
      key: String(expression["key"]),
      operator: operators[String(expression["operator"])] ?? "exists",
      values: textsAt(expression, "values"),
    };
  });
  return [...equal, ...expressions];
}

export function selects(selector: Json | undefined, object: JsonMap): boolean {
  const parsed = selectorOf(selector);
  return parsed !== undefined && matchesLabels(parsed, textMapAt(object, "metadata", "labels"));
}

/** The text form of a selector, as scale subresources give it. */
export function formatSelector(value: Json | undefined): string {
  const parts = (selectorOf(value) ?? []).map(({ key, operator, values }) => {
    if (operator === "=") return `${key}=${values[0] ?? ""}`;
    if (operator === "exists") return key;
    if (operator === "!") return `!${key}`;
    return `${key} ${operator} (${[...values].sort().join(",")})`;
  });
  return parts.sort().join(",");
}

export interface FieldTerm {
  path: string;
  equal: boolean;
  value: string;
}

const everywhere = ["metadata.name", "metadata.namespace"];
const supported: Record<string, readonly string[]> = {
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
  ],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  nodes: ["spec.unschedulable"],
  namespaces: ["status.phase"],
  secrets: ["type"],
  "replicasets.apps": ["status.replicas"],
  "jobs.batch": ["status.successful"],
  services: ["spec.clusterIP", "spec.type"],
};

/** Reads `metadata.name=x,status.phase!=Running`; which fields may be named depends on the kind. */
export function parseFieldSelector(text: string, collection: string): FieldTerm[] {
  const own = supported[collection];
  const allowed = [...everywhere, ...(own ?? [])];
  return text
    .split(",")
    .filter(part => part !== "")
    .map(part => {
      const match = /^(.*?)(==|!=|=)(.*)$/.exec(part);
      if (match === null) {
        throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      }
      const [, path = "", operator, value = ""] = match;
      if (!allowed.includes(path)) {
        const known = `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
        throw badRequest(own === undefined ? known : `field label not supported: ${path}`);
      }
      return { path, equal: operator !== "!=", value };
    });
}

export function matchesFields(terms: readonly FieldTerm[], object: JsonMap): boolean {
  return terms.every(({ path, equal, value }) => {
    const found = valueAt(object, ...path.split("."));
    const text = found === undefined || found === null ? "" : String(found);
    return (text === value) === equal;
  });
}
