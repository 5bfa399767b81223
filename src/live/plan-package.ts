import type { JsonMap } from "../core/json.ts";
import type { ResourceId } from "../core/resource-id.ts";
import { type ApplyOptions, applyPackage } from "./apply/apply-package.ts";
import { shownChanges } from "./apply/changes.ts";
import { withAnnotation, withOwner } from "./apply/last-applied.ts";
import { maskSecret } from "./apply/secrets.ts";
import type { ActuationEvent } from "./events.ts";
import { type LoadedPackage, streamSource } from "./load.ts";
import type { FieldChange } from "./plan/diff.ts";
import { idOf, keyOf } from "./plan/identity.ts";
import type { Session } from "./session.ts";

export type PlanActionName = "Create" | "Update" | "Unchanged" | "Delete" | "Skip" | "Error";

/** What an apply would do to one object; values of Secrets are masked. */
export interface PlanAction {
  action: PlanActionName;
  id: ResourceId;
  /** As the package has it. */
  local?: JsonMap;
  /** File of the package that it comes from. */
  source?: string;
  original?: JsonMap;
  updated?: JsonMap;
  changes: FieldChange[];
  error?: string;
}

type PlanOptions = Pick<ApplyOptions, "policy" | "forceConflicts" | "fieldManager">;

/** Asks the server what server-side apply would make of a package; nothing is changed. */
export async function planPackage(
  session: Session,
  loaded: LoadedPackage,
  options: PlanOptions,
): Promise<PlanAction[]> {
  const actions: PlanAction[] = [];
  await applyPackage(
    session,
    loaded,
    {
      ...options,
      statusPolicy: "none",
      dryRun: "server",
      serverSide: true,
      propagation: "Background",
      reconcileTimeoutMs: 0,
      pruneTimeoutMs: 0,
      parallelism: 16,
      pace: { run: "stream", report: "waves" },
      pruneLimit: Number.POSITIVE_INFINITY,
      references: false,
    },
    event => {
      if (event.type === "apply" || event.type === "prune") actions.push(actionOf(event));
    },
  );
  // Namespaces have been filled in meanwhile.
  const locals = new Map(loaded.objects.map(one => [keyOf(idOf(one.object)), one]));
  for (const action of actions) {
    const local = locals.get(keyOf(action.id));
    if (local === undefined) continue;
    action.local = maskSecret(local.object);
    action.source = local.source;
  }
  return actions;
}

/** An action as the current release shows it: the object with its owner and what the reader notes on it. */
export function asReleased(action: PlanAction, inventoryId: string): PlanAction {
  const { local, source } = action;
  if (local === undefined || source === undefined) return action;
  let shown = withOwner(local, inventoryId);
  if (source === streamSource) return { ...action, local: shown };
  for (const key of ["config.kubernetes.io/path", "internal.config.kubernetes.io/path"]) {
    shown = withAnnotation(shown, key, source);
  }
  return { ...action, local: shown };
}

function actionOf(event: ActuationEvent): PlanAction {
  const { id, before, after, error } = event;
  const plan: PlanAction = { action: "Unchanged", id, changes: [] };
  if (before !== undefined) plan.original = maskSecret(before);
  if (after !== undefined) plan.updated = maskSecret(after);
  if (event.status !== "Successful") {
    plan.action = error === undefined ? "Skip" : "Error";
    if (error !== undefined) plan.error = error;
  } else if (event.type === "prune") plan.action = "Delete";
  else if (before === undefined) plan.action = "Create";
  else {
    plan.changes = shownChanges(before, after);
    if (plan.changes.length > 0) plan.action = "Update";
  }
  return plan;
}
