import { KptError } from "../../core/error.ts";
import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { formatDisplay } from "../../core/resource-id.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isStatus } from "../../kube/status-error.ts";
import type { LiveEvent } from "../events.ts";
import type { LocalInventory } from "../inventory/inventory.ts";
import { InventoryStore, type StatusPolicy } from "../inventory/store.ts";
import type { LoadedPackage, SourcedObject } from "../load.ts";
import { placeObjects, scopesFor } from "../place.ts";
import { applyFilters, pruneFilters } from "../plan/filters/all.ts";
import type { InventoryPolicy } from "../plan/filters/filter.ts";
import { idOf, keyOf } from "../plan/identity.ts";
import { formatInvalid } from "../plan/invalid.ts";
import { type Plan, planRun } from "../plan/plan.ts";
import type { Session } from "../session.ts";
import { withLastApplied, withOwner } from "./last-applied.ts";
import type { SendOptions } from "./result.ts";
import { type Pace, type RunOutcome, runPlan } from "./run.ts";
import { ClusterView, type Target } from "./view.ts";

export interface ApplyOptions {
  policy: InventoryPolicy;
  statusPolicy: StatusPolicy;
  dryRun: SendOptions["dryRun"];
  serverSide: boolean;
  forceConflicts: boolean;
  fieldManager: string;
  propagation: SendOptions["propagation"];
  reconcileTimeoutMs: number;
  pruneTimeoutMs: number;
  parallelism: number;
  pace: Pace;
  /** More deletions than this stop the run; undefined allows all as long as the package isn't empty. */
  pruneLimit: number | undefined;
  /** Order objects by what their specifications name, too. */
  references: boolean;
}

/** Everything that has to be known before anything is done. */
export interface Prepared {
  plan: Plan;
  view: ClusterView;
  store: InventoryStore;
  sources: ReadonlyMap<string, string>;
  usedNamespaces: ReadonlySet<string>;
}

/** Brings a package to the cluster: applies, waits, prunes, and keeps the inventory. */
export async function applyPackage(
  session: Session,
  loaded: LoadedPackage,
  options: ApplyOptions,
  emit: (event: LiveEvent) => void,
): Promise<RunOutcome> {
  const { plan, view, store, sources, usedNamespaces } = await prepareApply(session, loaded, options, emit);
  if (plan.invalid.length > 0) throw new KptError("VALIDATION", formatInvalid(plan.invalid));
  checkPruneLimit(plan, options.pruneLimit);
  if (options.dryRun === "none" && !store.exists) {
    await createOwnNamespace(session.client.withSignal(undefined), loaded.inventory, plan);
  }
  return await runPlan({
    client: session.client,
    view,
    plan,
    store,
    mode: "apply",
    pace: options.pace,
    send: {
      dryRun: options.dryRun,
      serverSide: options.serverSide,
      forceConflicts: options.forceConflicts,
      fieldManager: options.fieldManager,
      inventoryId: loaded.inventory.id,
      propagation: options.propagation,
    },
    policy: options.policy,
    filters: { apply: applyFilters, delete: pruneFilters },
    usedNamespaces,
    parallelism: options.parallelism,
    reconcileTimeoutMs: options.reconcileTimeoutMs,
    deleteTimeoutMs: options.pruneTimeoutMs,
    sourceOf: key => sources.get(key) ?? "",
    emit,
    signal: session.signal,
  });
}

async function prepareApply(
  session: Session,
  { objects, inventory }: LoadedPackage,
  { statusPolicy, references }: Pick<ApplyOptions, "statusPolicy" | "references">,
  emit: (event: LiveEvent) => void,
): Promise<Prepared> {
  const { client, signal } = session;
  const scopeOf = await scopesFor(
    client,
    objects.map(one => one.object),
  );
  placeObjects(objects, scopeOf, session.namespace, session.hasExplicitNamespace);
  const store = new InventoryStore(client, inventory, statusPolicy);
  const view = new ClusterView(client, signal);
  const apply = objects.map(one => one.object);
  const targets = apply.map(object => ({ id: idOf(object), apiVersion: textAt(object, "apiVersion") }));
  const named = targets.filter(({ id }) => id.name !== "");
  const [known] = await Promise.all([store.read(), view.load(named)]).catch(thrown => {
    emit({ type: "planning" });
    throw thrown;
  });
  if (known === undefined) await checkNamespace(client, inventory, apply);
  emit({ type: "planning" });
  const local = new Set(targets.map(({ id }) => keyOf(id)));
  const gone = (known?.ids ?? []).filter(id => !local.has(keyOf(id)));
  store.leave(await unreadable(client, await view.load(gone.map(id => ({ id })))));
  const prune = view.present(gone);
  const usedNamespaces = new Set([inventory.namespace]);
  for (const object of apply) usedNamespaces.add(textAt(object, "metadata", "namespace") ?? "");
  usedNamespaces.delete("");
  return {
    plan: planRun({ apply, prune, scopeOf, references }),
    view,
    store,
    sources: sourcesOf(objects),
    usedNamespaces,
  };
}

/** Of kinds that aren't served: those of servers that only don't answer now. */
export async function unreadable(client: KubeClient, unserved: readonly Target[]): Promise<ResourceId[]> {
  const left: ResourceId[] = [];
  for (const { id } of unserved) if (await client.discovery.isUncertain(id.group)) left.push(id);
  return left;
}

function sourcesOf(objects: readonly SourcedObject[]): Map<string, string> {
  return new Map(objects.map(({ object, source }) => [keyOf(idOf(object)), source]));
}

function isNamespaceNamed(object: JsonMap, name: string): boolean {
  return (
    textAt(object, "kind") === "Namespace" &&
    textAt(object, "apiVersion") === "v1" &&
    textAt(object, "metadata", "name") === name
  );
}

/** The inventory needs its namespace. Who may not look is believed to know what they do. */
async function checkNamespace(
  client: KubeClient,
  { namespace }: LocalInventory,
  apply: readonly JsonMap[],
): Promise<void> {
  if (apply.some(object => isNamespaceNamed(object, namespace))) return;
  const type = await client.discovery.find("v1", "Namespace");
  if (type === undefined) return;
  try {
    if ((await client.find(type, "", namespace)) !== undefined) return;
  } catch (thrown) {
    if (isStatus(thrown, 403)) return;
    throw thrown;
  }
  throw new KptError("INVENTORY_INVALID", `inventory namespace ${JSON.stringify(namespace)} does not exist`);
}

/** A package may bring the namespace of its own inventory: that comes before everything. */
async function createOwnNamespace(client: KubeClient, inventory: LocalInventory, plan: Plan): Promise<void> {
  for (const { object, action } of plan.graph.vertices.values()) {
    if (action !== "apply" || !isNamespaceNamed(object, inventory.namespace)) continue;
    const type = await client.discovery.find("v1", "Namespace");
    if (type === undefined) return;
    try {
      await client.create(type, "", withLastApplied(withOwner(object, inventory.id)), {
        fieldManager: "kubectl",
      });
    } catch (thrown) {
      if (!isStatus(thrown, 409)) throw thrown;
    }
  }
}

const maxListed = 20;

/** A package that has lost its objects must not take those in the cluster with it by accident. */
function checkPruneLimit(plan: Plan, limit: number | undefined): void {
  const pruned = plan.pruneWaves.flat().map(one => one.id);
  const isEmptied = limit === undefined && plan.applyWaves.length === 0 && pruned.length > 0;
  if (!isEmptied && (limit === undefined || pruned.length <= limit)) return;
  const reason = isEmptied
    ? `the package holds no objects, and applying it would prune all ${pruned.length} objects of its inventory`
    : `applying the package would prune ${pruned.length} objects, the limit is ${limit}`;
  throw new KptError("APPLY_FAILED", `${reason}:\n${listed(pruned)}`, {
    hint: `nothing was changed; run again with --prune-limit=${pruned.length} to allow it`,
  });
}

function listed(ids: readonly ResourceId[]): string {
  const lines = ids.slice(0, maxListed).map(id => {
    return id.namespace === "" ? `- ${formatDisplay(id)}` : `- ${formatDisplay(id)} in ${id.namespace}`;
  });
  if (ids.length > maxListed) lines.push(`- and ${ids.length - maxListed} more`);
  return lines.join("\n");
}
