import { KptError } from "../../../core/error.ts";
import { applyPackage } from "../../../live/apply/apply-package.ts";
import {
  definitionMissing,
  definitionState,
  installDefinition,
  installFailure,
  isDefinitionInstalled,
  updateFailure,
} from "../../../live/inventory/crd.ts";
import type { LoadedPackage } from "../../../live/load.ts";
import type { Session } from "../../../live/session.ts";
import type { Input, Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { applyFlags } from "./apply.ts";
import { connect } from "./connect.ts";
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

type ApplyInput = Input<typeof applyFlags>;

export const run: Run<typeof applyFlags> = async (context, input) => {
  checkFlags(input.flags);
  const loaded = await readLivePackage(context, input.args);
  const session = await connect(context, input.flags);
  try {
    return await applyOver(session, context, input, loaded);
  } finally {
    await session.close();
  }
};

function checkFlags(flags: ApplyInput["flags"]): void {
  propagationOf(flags["prune-propagation-policy"], "prune");
  policyOf(flags["inventory-policy"]);
  statusPolicyOf(flags["status-policy"]);
  checkOutput(flags.output);
  parallelismOf(flags.parallelism);
  if (flags.diff === true && flags["dry-run"] !== true) {
    throw new KptError("USAGE", "--diff shows what a dry run would change: it needs --dry-run");
  }
}

/** The same over a session of any kind. */
export async function applyOver(
  session: Session,
  context: Context,
  { flags, given }: Pick<ApplyInput, "flags" | "given">,
  loaded: LoadedPackage,
): Promise<number> {
  const dryRun = flags["dry-run"] ? (flags["server-side"] ? "server" : "client") : "none";
  const mayInstall =
    flags["install-resource-group"] !== false && (dryRun === "none" || given.has("install-resource-group"));
  await ensureDefinition(session, context, mayInstall);
  return await reported(context, flags, dryRun, emit =>
    applyPackage(
      session,
      loaded,
      {
        policy: policyOf(flags["inventory-policy"]),
        statusPolicy: statusPolicyOf(flags["status-policy"]),
        dryRun,
        serverSide: flags["server-side"] === true,
        forceConflicts: flags["force-conflicts"] === true,
        fieldManager: flags["field-manager"],
        propagation: propagationOf(flags["prune-propagation-policy"], "prune"),
        reconcileTimeoutMs: flags["reconcile-timeout"],
        pruneTimeoutMs: flags["prune-timeout"],
        parallelism: parallelismOf(flags.parallelism),
        pace: paceOf(context, flags.output, "apply"),
        pruneLimit: flags["prune-limit"],
        references: flags["order-by-references"] === true,
      },
      emit,
    ),
  );
}

async function ensureDefinition({ client }: Session, context: Context, mayInstall: boolean): Promise<void> {
  if (!mayInstall) {
    if (await isDefinitionInstalled(client)) return;
    throw definitionMissing();
  }
  const state = await definitionState(client);
  if (state === "current") return;
  context.stderr.write("installing inventory ResourceGroup CRD.\n");
  try {
    await installDefinition(client);
  } catch (thrown) {
    throw state === "missing" ? installFailure(thrown) : updateFailure(thrown);
  }
}
