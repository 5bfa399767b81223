import { KptError } from "../../../core/error.ts";
import { type ApplyOptions, applyPackage } from "../../../live/apply/apply-package.ts";
import {
  definitionMissing,
  definitionState,
  installDefinition,
  installFailure,
  isDefinitionInstalled,
  updateFailure,
} from "../../../live/inventory/crd.ts";
import type { Session } from "../../../live/session.ts";
import type { Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { applyFlags } from "./apply.ts";
import { inSession } from "./connect.ts";
import { readLivePackage } from "./read-package.ts";
import { checkOutput, engineOptions, propagationOf, reported } from "./report.ts";

export const run: Run<typeof applyFlags> = async (context, { args, flags, given }) => {
  const propagation = propagationOf(flags["prune-propagation-policy"], "prune");
  const common = engineOptions(context, flags, "apply");
  checkOutput(flags.output);
  if (flags.diff === true && flags["dry-run"] !== true) {
    throw new KptError("USAGE", "--diff shows what a dry run would change: it needs --dry-run");
  }
  const dryRun = flags["dry-run"] ? (flags["server-side"] ? "server" : "client") : "none";
  const mayInstall =
    flags["install-resource-group"] !== false && (dryRun === "none" || given.has("install-resource-group"));
  const loaded = await readLivePackage(context, args);
  return await inSession(context, flags, async session => {
    await ensureDefinition(session, context, mayInstall);
    const options: ApplyOptions = {
      ...common,
      dryRun,
      serverSide: flags["server-side"] === true,
      forceConflicts: flags["force-conflicts"] === true,
      fieldManager: flags["field-manager"],
      propagation,
      reconcileTimeoutMs: flags["reconcile-timeout"],
      pruneTimeoutMs: flags["prune-timeout"],
      pruneLimit: flags["prune-limit"],
      references: flags["order-by-references"] === true,
    };
    return await reported(context, flags, dryRun, emit => applyPackage(session, loaded, options, emit));
  });
};

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
