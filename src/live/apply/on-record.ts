import type { JsonMap } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import type { Look } from "../inventory/store.ts";
import { owningInventory } from "../plan/filters/inventory-policy.ts";
import { annotation, keyOf } from "../plan/identity.ts";
import type { Item } from "./item.ts";
import { ClusterView } from "./view.ts";

/** A look at the record is good for this long. */
const goodForMs = 1_000;

/**
 * Another run may take off the record what this one has yet to create. The record is looked at again, and
 * mended, before something comes into being: one look at a time, shared by all that come meanwhile.
 */
export function onRecord(clock: Clock, mend: () => Promise<void>): () => Promise<void> {
  let lookedAt = clock.now();
  let looking: Promise<void> | undefined;
  return async () => {
    if (looking === undefined && clock.now() - lookedAt < goodForMs) return;
    looking ??= mend().finally(() => {
      lookedAt = clock.now();
      looking = undefined;
    });
    await looking;
  };
}

interface Lookout {
  /** Gone when the run looked, or deleted by it, and there again as far as was seen: another run has made it. */
  isBack(id: ResourceId): boolean;
  look: Look;
}

/** Sees what is made anew by other runs while this one takes it off the record. */
export function lookout(
  items: ReadonlyMap<string, Item>,
  seen: ClusterView,
  client: KubeClient,
  inventoryId: string,
): Lookout {
  return {
    isBack: id => {
      const key = keyOf(id);
      const item = items.get(key);
      const wasDeleted = item?.vertex.action === "delete" && item.reconcile === "Succeeded";
      return (item === undefined || wasDeleted) && isOwned(seen.get(key), inventoryId);
    },
    look: async ids => {
      const asked = ids.filter(id => items.get(keyOf(id))?.isAbandoned !== true);
      if (asked.length === 0) return [];
      const view = new ClusterView(client);
      await view.load(asked.map(id => ({ id })));
      return asked.filter(id => isOwned(view.get(keyOf(id)), inventoryId));
    },
  };
}

export function isOwned(live: JsonMap | undefined, inventoryId: string): boolean {
  return live !== undefined && annotation(live, owningInventory) === inventoryId;
}
