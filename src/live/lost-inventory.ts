import { KptError } from "../core/error.ts";
import { textAt } from "../core/json.ts";
import { ClusterView } from "./apply/view.ts";
import type { LoadedPackage } from "./load.ts";
import { placeObjects, scopesFor } from "./place.ts";
import { owningInventory } from "./plan/filters/inventory-policy.ts";
import { annotation, idOf } from "./plan/identity.ts";
import type { Session } from "./session.ts";

/**
 * How many objects of a package belong to an inventory that the cluster doesn't have: it was deleted, and
 * nothing would ever prune them.
 */
export async function countLost(session: Session, { objects, inventory }: LoadedPackage): Promise<number> {
  const view = new ClusterView(session.client, session.signal);
  try {
    const scopeOf = await scopesFor(
      session.client,
      objects.map(one => one.object),
    );
    placeObjects(objects, scopeOf, session.namespace, session.hasExplicitNamespace);
    const targets = objects.map(({ object }) => ({
      id: idOf(object),
      apiVersion: textAt(object, "apiVersion"),
    }));
    await view.load(targets);
    return view
      .present(targets.map(target => target.id))
      .filter(object => annotation(object, owningInventory) === inventory.id).length;
  } catch {
    // A package that can't be applied says nothing about what is in the cluster.
    return 0;
  } finally {
    await view.close();
  }
}

/** The inventory is gone, its objects are not: is it the right cluster, and who has deleted it? */
export function lostInventory(name: string, count: number): KptError {
  const what = count === 1 ? "1 object of the package carries" : `${count} objects of the package carry`;
  return new KptError(
    "INVENTORY_MISSING",
    `the cluster has no inventory ${JSON.stringify(name)}, but ${what} its id`,
    { hint: "kpt live apply records them again; nothing was changed" },
  );
}
