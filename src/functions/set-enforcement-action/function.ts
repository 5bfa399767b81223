import { addResults, FunctionError, type ResourceList, type Result } from "../../core/resource-list.ts";
import { rawData } from "../../sdk/config.ts";
import { childMap, setChildText } from "../../sdk/nodes.ts";
import type { CatalogFunction } from "../catalog-function.ts";

export const fn: CatalogFunction = { name: "set-enforcement-action", run };

const actions = ["deny", "warn", "dryrun"];

function run(list: ResourceList): void {
  const data = rawData(list.functionConfig);
  if (data.size !== 1) fail(list, "expecting exactly 1 enforcementAction as part of the ConfigMap");
  const action = data.get("enforcementAction") ?? "";
  if (!actions.includes(action)) {
    fail(list, "expected values for enforcementAction are [deny] or [warn] or [dryrun]");
  }
  const policies: Result[] = [];
  for (const item of list.items) {
    if (item.name === "" || item.kind === "" || item.apiVersion !== "constraints.gatekeeper.sh/v1beta1")
      continue;
    const spec = childMap(item.node, "spec");
    if (spec === undefined) {
      fail(list, "wrong Node Kind for spec expected: MappingNode was ScalarNode: value: {}");
    }
    setChildText(spec, "enforcementAction", action);
    const path = list.places.get(item)?.path;
    policies.push({
      message: `Policy name: [${item.name}]`,
      severity: "info",
      ...(path === undefined ? {} : { file: { path } }),
    });
  }
  if (policies.length === 0) {
    list.results.push({ message: `Found no policy to set to [${action}]`, severity: "warning" });
    return;
  }
  list.results.push({
    message: `Number of policies set to [${action}]: ${policies.length}`,
    severity: "info",
  });
  addResults(list, policies);
}

function fail(list: ResourceList, text: string): never {
  list.results.push({ message: `failed to process policies: ${text}`, severity: "error" });
  throw new FunctionError(text);
}
