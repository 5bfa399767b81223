import { initInventory } from "../../../live/init.ts";
import type { Run } from "../../command.ts";
import { connectionOf } from "./connect.ts";
import type { initFlags } from "./init.ts";
import { isReleaseDialect } from "./report.ts";

export const run: Run<typeof initFlags> = async (context, { args, flags }) => {
  const what = isReleaseDialect(context) ? "data" : "inventory info";
  await initInventory({
    directory: args[0] ?? ".",
    cwd: context.cwd,
    name: flags.name,
    namespace: flags.namespace,
    inventoryId: flags["inventory-id"],
    rgFile: flags["rg-file"],
    isForced: flags.force === true,
    isAttributed: (context.env["KRM_DISABLE_ATTRIBUTION"] ?? "") === "",
    contextNamespace: async () => {
      const { contextNamespace } = await import("../../../kube/config.ts");
      return await contextNamespace(connectionOf(flags), { env: context.env, cwd: context.cwd });
    },
    now: context.now(),
    report: text => {
      if (flags.quiet !== true) context.stderr.write(text.replace("inventory info", what));
    },
  });
  return 0;
};
