import type { ResourceList } from "../../core/resource-list.ts";
import { FunctionError } from "../../core/resource-list.ts";
import { schemaOf } from "../../core/schema/lookup.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { check, type Finding, type JsonType } from "../kubeconform/check.ts";
import { violation } from "../kubeconform/function.ts";
import { readSettings } from "../kubeconform/settings.ts";

export const fn: CatalogFunction = { name: "kubeval", run };

const noSchema =
  "Validating arbitrary CRDs is not supported yet. You can skip them by setting ignore_missing_schemas or skip_kinds in the function config:";

function run(list: ResourceList): void {
  const settings = readSettings(list.functionConfig, text => text === "true");
  const before = list.results.length;
  for (const item of list.items) {
    // In kubeval's days the Kptfile was not among the items.
    if (settings.skipKinds.has(item.kind) || item.group === "kpt.dev") continue;
    const schema = schemaOf(item.apiVersion, item.kind);
    if (schema === undefined) {
      if (settings.ignoreMissingSchemas) continue;
      const message = `${noSchema}\nno schema for ${item.apiVersion} ${item.kind}`;
      const { field: _, ...result } = violation(list, item, message, []);
      list.results.push(result);
      continue;
    }
    for (const finding of ordered(check(item.toJS(), schema, settings.strict))) {
      for (const { field, message } of worded(finding)) {
        const result = violation(list, item, message, []);
        list.results.push({ ...result, field: { path: field } });
      }
    }
  }
  if (list.results.length > before) throw new FunctionError("violations were found", "");
}

/** What is wrong with an object comes before what is wrong inside it. */
function ordered(findings: readonly Finding[]): Finding[] {
  const isOfObject = (finding: Finding) => finding.says === "missing" || finding.says === "additional";
  return [...findings.filter(isOfObject), ...findings.filter(finding => !isOfObject(finding))];
}

/** In the words of kubeval's JSON-schema library, which names a missing or extra field alone. */
function worded(finding: Finding): { field: string; message: string }[] {
  const path = finding.path.join(".");
  switch (finding.says) {
    case "missing":
      return finding.names.map(name => ({ field: name, message: `${name} is required` }));
    case "additional":
      return finding.names.map(name => ({
        field: name,
        message: `Additional property ${name} is not allowed`,
      }));
    case "type":
      return [{ field: path, message: wrongType(finding.want.toReversed(), finding.got) }];
    case "neither":
      return [{ field: path, message: "Must validate one and only one schema (oneOf)" }];
  }
}

function wrongType(want: readonly JsonType[], got: JsonType): string {
  const expected = want.length === 1 ? want.join() : `[${want.join(",")}]`;
  return `Invalid type. Expected: ${expected}, given: ${got}`;
}
