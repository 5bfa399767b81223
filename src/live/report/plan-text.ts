import type { Json, JsonMap } from "../../core/json.ts";
import { compareBytes, isMap, mapOf } from "../../core/json.ts";
import { cleanText } from "../../kube/clean-text.ts";
import { stringify as json } from "../../kube/client.ts";
import type { FieldChange } from "../plan/diff.ts";
import type { PlanAction } from "../plan-package.ts";

const signs = { Create: "+", Update: " ", Unchanged: " ", Delete: "-", Skip: "=", Error: "!" } as const;
const colours = { Create: 32, Delete: 31, Skip: 33 } as const;

/** A plan for people: a sign and a name per action, and below it what is different. */
export function planText(
  actions: readonly PlanAction[],
  colour: boolean,
  yaml: (object: JsonMap) => string,
): string {
  if (actions.every(({ action }) => action === "Unchanged")) return "no changes found\n";
  const paint = (text: string, code: number | undefined): string =>
    colour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  let text = "kpt will perform the following actions:\n";
  for (const { action, id, local, changes, error } of actions) {
    if (action === "Unchanged") {
      text += "\n";
      continue;
    }
    const code =
      action === "Create" || action === "Delete" || action === "Skip" ? colours[action] : undefined;
    text += paint(
      `\t${signs[action]} ${cleanText(`${id.group}/${id.kind} ${id.namespace}/${id.name}`)}\n`,
      code,
    );
    if (action === "Create" && local !== undefined) {
      for (const line of yaml(sorted(local)).trimEnd().split("\n")) {
        text += `\t\t${cleanText(line)}\n`;
      }
    }
    for (const change of changes) {
      for (const [sign, side, value] of sides(change)) {
        text += paint(`\t\t${sign}.${change.path.join(".")}: ${cleanText(value)}\n`, side);
      }
    }
    for (const line of (error ?? "").split("\n")) if (line !== "") text += `\t\t${cleanText(line)}\n`;
    text += "\n";
  }
  return text;
}

function* sides({ before, after }: FieldChange): Iterable<[sign: string, colour: number, value: string]> {
  if (before !== undefined) yield ["-", colours.Delete, valueText(before)];
  if (after !== undefined) yield ["+", colours.Create, valueText(after)];
}

function valueText(value: Json): string {
  return typeof value === "string" ? value : json(value);
}

/** Keys in the order in which Go prints maps. */
function sorted(object: JsonMap): JsonMap {
  const sort = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(sort);
    if (!isMap(value)) return value;
    const keys = Object.keys(value).sort(compareBytes);
    return mapOf(keys.map(key => [key, sort(value[key] ?? null)] as const));
  };
  return mapOf(
    Object.entries(object)
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([key, value]) => [key, sort(value)] as const),
  );
}

/** A plan as a ResourceList with one local object, for functions that judge plans. */
export function planResource(actions: readonly PlanAction[]): JsonMap {
  return {
    apiVersion: "config.kubernetes.io/v1",
    kind: "ResourceList",
    items: [
      {
        apiVersion: "kpt.dev/v1alpha1",
        kind: "Plan",
        metadata: {
          name: "plan",
          annotations: { "config.kubernetes.io/local-config": "true" },
        },
        spec: { actions: actions.map(actionFields) },
      },
    ],
  };
}

function actionFields({ action, id, original, updated, error }: PlanAction): JsonMap {
  const fields: JsonMap = {
    action,
    // Only the group: what consumers of the format know this field to hold.
    apiVersion: id.group,
    kind: id.kind,
    name: id.name,
    namespace: id.namespace,
  };
  if (original !== undefined) fields["original"] = original;
  if (updated !== undefined) fields["updated"] = updated;
  if (error !== undefined) fields["error"] = error;
  return fields;
}
