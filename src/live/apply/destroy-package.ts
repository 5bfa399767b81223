import { KptError } from "../../core/error.ts";
import { noMatch } from "../../kube/discovery.ts";
import type { LiveEvent } from "../events.ts";
import { isDefinitionInstalled } from "../inventory/crd.ts";
import { resourceGroupVersion } from "../inventory/inventory.ts";
import { InventoryStore, type StatusPolicy } from "../inventory/store.ts";
import type { LoadedPackage } from "../load.ts";
import { countLost, lostInventory } from "../lost-inventory.ts";
import { destroyFilters } from "../plan/filters/all.ts";
import type { InventoryPolicy } from "../plan/filters/filter.ts";
import { planRun } from "../plan/plan.ts";
import type { Session } from "../session.ts";
import { unreadable } from "./apply-package.ts";
import type { SendOptions } from "./result.ts";
import { type Pace, type RunOutcome, runPlan } from "./run.ts";
import { ClusterView } from "./view.ts";

export interface DestroyOptions {
  policy: InventoryPolicy;
  statusPolicy: StatusPolicy;
  dryRun: SendOptions["dryRun"];
  propagation: SendOptions["propagation"];
  deleteTimeoutMs: number;
  parallelism: number;
  pace: Pace;
}

/** Deletes everything that the cluster's inventory names, dependants first, and the inventory last. */
export async function destroyPackage(
  session: Session,
  loaded: LoadedPackage,
  options: DestroyOptions,
  emit: (event: LiveEvent) => void,
): Promise<RunOutcome> {
  const { client, signal } = session;
  const { inventory } = loaded;
  emit({ type: "planning" });
  await requireDefinition(session);
  const store = new InventoryStore(client, inventory, options.statusPolicy);
  await store.read();
  const lost = store.exists ? 0 : await countLost(session, loaded);
  if (lost > 0) throw lostInventory(inventory.name, lost);
  const view = new ClusterView(client, signal);
  store.leave(await unreadable(client, await view.load(store.previous.map(id => ({ id })))));
  const prune = view.present(store.previous);
  const plan = planRun({ apply: [], prune });
  return await runPlan({
    client,
    view,
    plan,
    store,
    mode: "destroy",
    pace: options.pace,
    send: {
      dryRun: options.dryRun,
      serverSide: false,
      forceConflicts: false,
      fieldManager: "kubectl",
      inventoryId: inventory.id,
      propagation: options.propagation,
    },
    policy: options.policy,
    filters: { apply: [], delete: destroyFilters },
    usedNamespaces: new Set(),
    parallelism: options.parallelism,
    reconcileTimeoutMs: 0,
    deleteTimeoutMs: options.deleteTimeoutMs,
    sourceOf: () => "",
    emit,
    signal,
  });
}

/** Commands that read the inventory can do nothing where inventories aren't known. */
export async function requireDefinition({ client }: Session): Promise<void> {
  if (await isDefinitionInstalled(client)) return;
  throw new KptError(
    "INVENTORY_MISSING",
    `failed to read inventory from cluster: failed to read inventory objects from cluster: ${noMatch(resourceGroupVersion, "ResourceGroup")}`,
  );
}
