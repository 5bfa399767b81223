import { migrateInventory } from "../../../live/migrate.ts";
import type { Run } from "../../command.ts";
import { inSession } from "./connect.ts";
import type { migrateFlags } from "./migrate.ts";

export const run: Run<typeof migrateFlags> = async (context, { args, flags }) => {
  return await inSession(context, flags, async session => {
    await migrateInventory(session, {
      directories: args,
      cwd: context.cwd,
      name: flags.name,
      namespace: flags.namespace,
      rgFile: flags["rg-file"],
      isForced: flags.force === true,
      isDryRun: flags["dry-run"] === true,
      report: text => context.stdout.write(text),
    });
    return 0;
  });
};
