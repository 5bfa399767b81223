import { destroyPackage } from "../../../live/apply/destroy-package.ts";
import type { LoadedPackage } from "../../../live/load.ts";
import type { Session } from "../../../live/session.ts";
import type { Input, Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import { connect } from "./connect.ts";
import type { destroyFlags } from "./destroy.ts";
import { readLivePackage } from "./read-package.ts";
import {
  checkOutput,
  paceOf,
  parallelismOf,
  policyOf,
  propagationOf,
  reported,
  statusPolicyOf,
} from "./report.ts";

type DestroyInput = Input<typeof destroyFlags>;

export const run: Run<typeof destroyFlags> = async (context, { args, flags }) => {
  policyOf(flags["inventory-policy"]);
  statusPolicyOf(flags["status-policy"]);
  propagationOf(flags["delete-propagation-policy"], "delete");
  checkOutput(flags.output);
  parallelismOf(flags.parallelism);
  const loaded = await readLivePackage(context, args);
  const session = await connect(context, flags);
  try {
    return await destroyOver(session, context, flags, loaded);
  } finally {
    await session.close();
  }
};

/** The same over a session of any kind. */
export async function destroyOver(
  session: Session,
  context: Context,
  flags: DestroyInput["flags"],
  loaded: LoadedPackage,
): Promise<number> {
  const dryRun = flags["dry-run"] ? "client" : "none";
  return await reported(context, flags, dryRun, emit =>
    destroyPackage(
      session,
      loaded,
      {
        policy: policyOf(flags["inventory-policy"]),
        statusPolicy: statusPolicyOf(flags["status-policy"]),
        dryRun,
        propagation: propagationOf(flags["delete-propagation-policy"], "delete"),
        deleteTimeoutMs: flags["delete-timeout"],
        parallelism: parallelismOf(flags.parallelism),
        pace: paceOf(context, flags.output, "destroy"),
      },
      emit,
    ),
  );
}
