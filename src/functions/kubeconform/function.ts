import type { Resource } from "../../core/resource.ts";
import { fileOf, type ResourceList, type Result, refOf } from "../../core/resource-list.ts";
import { schemaOf } from "../../core/schema/lookup.ts";
import { functionFailure } from "../../sdk/failure.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { check, type Finding, type JsonType, type Path } from "./check.ts";
import { readSettings } from "./settings.ts";

export const fn: CatalogFunction = { name: "kubeconform", run };

function run(list: ResourceList): void {
  const settings = readSettings(list.functionConfig, text => /^(?:true|1)$/i.test(text));
  const before = list.results.length;
  for (const item of list.items) {
    if (settings.skipKinds.has(item.kind)) continue;
    // A kind without a schema passes in silence, as with the published function.
    const schema = schemaOf(item.apiVersion, item.kind);
    if (schema === undefined) continue;
    for (const finding of check(item.toJS(), schema, settings.strict)) {
      list.results.push(violation(list, item, messageOf(finding), finding.path));
    }
  }
  if (list.results.length > before) throw functionFailure();
}

export function violation(list: ResourceList, item: Resource, message: string, path: Path): Result {
  const file = fileOf(list, item);
  return {
    message,
    severity: "error",
    resourceRef: refOf(item),
    field: { path: path.join(".") },
    ...(file === undefined ? {} : { file }),
  };
}

/** In the words of kubeconform's JSON-schema library. */
function messageOf(finding: Finding): string {
  switch (finding.says) {
    case "missing":
      return `missing propert${finding.names.length === 1 ? "y" : "ies"} ${quoted(finding.names)}`;
    case "additional":
      return `additional properties ${quoted(finding.names)} not allowed`;
    case "type":
      return `got ${jsonType(finding.got)}, want ${finding.want.join(" or ")}`;
    case "neither":
      return "oneOf failed, none matched";
  }
}

/** JSON knows one kind of number. */
function jsonType(type: JsonType): string {
  return type === "integer" ? "number" : type;
}

function quoted(names: readonly string[]): string {
  return names.map(name => `'${name.replaceAll("'", "\\'")}'`).join(", ");
}
