import { KptError } from "../../../core/error.ts";
import type { JsonMap } from "../../../core/json.ts";
import { stringify } from "../../../core/yaml/print.ts";
import { noMatch } from "../../../kube/discovery.ts";
import { isDefinitionInstalled } from "../../../live/inventory/crd.ts";
import { resourceGroupVersion } from "../../../live/inventory/inventory.ts";
import { asReleased, planPackage } from "../../../live/plan-package.ts";
import { planResource, planText } from "../../../live/report/plan-text.ts";
import type { Run } from "../../command.ts";
import { inSession } from "../live/connect.ts";
import { readLivePackage } from "../live/read-package.ts";
import { isReleaseDialect, policyOf } from "../live/report.ts";
import type { planFlags } from "./live-plan.ts";

export const run: Run<typeof planFlags> = async (context, { args, flags }) => {
  if (flags.output !== "text" && flags.output !== "krm") {
    const shown = JSON.stringify(flags.output);
    throw new KptError("USAGE", `unknown output format ${shown}. Must be either 'text' or 'krm'`);
  }
  const policy = policyOf(flags["inventory-policy"]);
  // A warning on standard output would break the stream of resources.
  const loaded = await readLivePackage(context, args, flags.output === "krm" ? "stderr" : "stdout");
  return await inSession(context, flags, async session => {
    if (!(await isDefinitionInstalled(session.client))) {
      throw new KptError("INVENTORY_MISSING", noMatch(resourceGroupVersion, "ResourceGroup"));
    }
    const actions = await planPackage(session, loaded, {
      policy,
      forceConflicts: flags["force-conflicts"] === true,
      fieldManager: flags["field-manager"],
    });
    const yaml = (object: JsonMap): string => stringify(object);
    // The release colours whatever it writes to.
    const text = isReleaseDialect(context)
      ? planText(
          actions.map(action => asReleased(action, loaded.inventory.id)),
          true,
          yaml,
        )
      : planText(actions, context.stdout.colour, yaml);
    context.stdout.write(flags.output === "krm" ? stringify(planResource(actions)) : text);
    return 0;
  });
};
