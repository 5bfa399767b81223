import type { ResourceId } from "../core/resource-id.ts";
import { ClusterView } from "./apply/view.ts";
import { keyOf } from "./plan/identity.ts";
import { compareForApply } from "./plan/order.ts";
import type { Session } from "./session.ts";
import { fingerprint, type StatusTree } from "./status/tree.ts";

export type PollUntil = "known" | "current" | "deleted" | "forever";

/** The objects of one inventory. */
export interface WatchedInventory {
  name: string;
  ids: readonly ResourceId[];
}

export interface WatchOptions {
  until: PollUntil;
  /** 0 is none. */
  timeoutMs: number;
  /** In the order of apply, or as the inventory lists them. */
  order: "apply" | "inventory";
}

export interface StatusUpdate {
  inventory: string;
  id: ResourceId;
  tree: StatusTree;
}

/**
 * Tells the status of every object, and again whenever it changes, until the goal is reached, the time is
 * over or the signal fires. Says whether the goal was reached.
 */
export async function watchStatus(
  { client, signal }: Session,
  inventories: readonly WatchedInventory[],
  { until, timeoutMs, order }: WatchOptions,
  emit: (update: StatusUpdate) => void,
): Promise<boolean> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const view = new ClusterView(client, either);
  const owners = new Map<string, string[]>();
  const ids = new Map<string, ResourceId>();
  for (const { name, ids: own } of inventories) {
    for (const id of own) {
      const key = keyOf(id);
      ids.set(key, id);
      owners.set(key, [...(owners.get(key) ?? []), name]);
    }
  }
  const ordered = order === "apply" ? [...ids.values()].sort(compareForApply) : [...ids.values()];
  const unserved = new Set((await view.load(ordered.map(id => ({ id })))).map(target => keyOf(target.id)));
  const told = new Map<string, string>();
  const trees = new Map<string, StatusTree>();
  const tell = (id: ResourceId): void => {
    const key = keyOf(id);
    // A kind that isn't served has no objects.
    const tree = unserved.has(key)
      ? {
          ...id,
          status: "NotFound" as const,
          message: "Resource not found",
          object: undefined,
          generated: [],
        }
      : view.tree(key, new Date(client.clock.now()));
    trees.set(key, tree);
    const text = fingerprint(tree);
    if (told.get(key) === text) return;
    told.set(key, text);
    for (const inventory of owners.get(key) ?? []) emit({ inventory, id, tree });
  };
  await Promise.all(ordered.map(id => view.watchOwned(id)));
  for (const id of ordered) tell(id);
  const isReached = (): boolean => goalReached(until, trees);
  if (isReached()) {
    stop.abort();
    await view.close();
    return true;
  }
  const goal = new Promise<void>((resolve, reject) => {
    if (either.aborted) resolve();
    either.addEventListener("abort", () => resolve(), { once: true });
    view.watch(key => {
      const id = ids.get(key);
      if (id !== undefined) tell(id);
      if (isReached()) resolve();
    }, reject);
  });
  if (timeoutMs > 0) client.clock.sleep(timeoutMs, either).then(() => stop.abort());
  try {
    await goal;
  } finally {
    stop.abort();
    await view.close();
  }
  return isReached() || until === "forever";
}

function goalReached(until: PollUntil, trees: ReadonlyMap<string, StatusTree>): boolean {
  const all = [...trees.values()];
  switch (until) {
    case "known":
      return all.every(tree => tree.status !== "Unknown");
    case "current":
      return all.every(tree => tree.status === "Current");
    case "deleted":
      return all.every(tree => tree.status === "NotFound");
    case "forever":
      return false;
  }
}
