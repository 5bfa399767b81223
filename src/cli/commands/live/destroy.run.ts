import { destroyPackage } from "../../../live/apply/destroy-package.ts";
import type { Run } from "../../command.ts";
import { inSession } from "./connect.ts";
import type { destroyFlags } from "./destroy.ts";
import { readLivePackage } from "./read-package.ts";
import { checkOutput, engineOptions, propagationOf, reported } from "./report.ts";

export const run: Run<typeof destroyFlags> = async (context, { args, flags }) => {
  const common = engineOptions(context, flags, "destroy");
  const propagation = propagationOf(flags["delete-propagation-policy"], "delete");
  checkOutput(flags.output);
  const dryRun = flags["dry-run"] ? "client" : "none";
  const options = { ...common, dryRun, propagation, deleteTimeoutMs: flags["delete-timeout"] } as const;
  const loaded = await readLivePackage(context, args);
  return await inSession(context, flags, session =>
    reported(context, flags, dryRun, emit => destroyPackage(session, loaded, options, emit)),
  );
};
