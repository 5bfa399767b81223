import type { Json, JsonMap } from "../../core/json.ts";
import { stringify } from "../../kube/client.ts";
import { changedFields, type FieldChange } from "../plan/diff.ts";
import { isSecret, mask } from "./secrets.ts";

/** The fields that a run would change in an object, fit to be shown: values of Secrets are masked. */
export function shownChanges(before: JsonMap | undefined, after: JsonMap | undefined): FieldChange[] {
  const changes = changedFields(before, after);
  const secret = [before, after].some(object => object !== undefined && isSecret(object));
  if (!secret) return changes;
  return changes.map(change => {
    const [first] = change.path;
    if (first !== "data" && first !== "stringData") return change;
    return { ...change, before: masked(change.before), after: masked(change.after) };
  });
}

function masked(value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : mask;
}

/** `spec.replicas`; names that hold a dot stand in brackets. */
export function pathText(path: readonly string[]): string {
  return path.reduce((text, name) => {
    if (/^\d+$/.test(name)) return `${text}[${name}]`;
    if (name === "" || /[.[\]]/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** Lines for people: what goes, what comes, what is different. */
export function changeLines(changes: readonly FieldChange[]): string[] {
  return changes.map(({ path, before, after }) => {
    const name = pathText(path);
    if (before === undefined) return `+ ${name}: ${valueText(after)}`;
    if (after === undefined) return `- ${name}: ${valueText(before)}`;
    return `~ ${name}: ${valueText(before)} -> ${valueText(after)}`;
  });
}

const maxLength = 200;

function valueText(value: Json | undefined): string {
  if (value === mask) return mask;
  const text = value === undefined ? "" : stringify(value);
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
