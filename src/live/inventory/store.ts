import { KptError } from "../../core/error.ts";
import type { Json, JsonMap } from "../../core/json.ts";
import { compactJson, isMap, textAt, valueAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import type { KubeClient } from "../../kube/client.ts";
import { noMatch } from "../../kube/discovery.ts";
import type { ResourceType } from "../../kube/resource-type.ts";
import { isFateUnknown } from "../../kube/retry.ts";
import { isStatus } from "../../kube/status-error.ts";
import { keyOf } from "../plan/identity.ts";
import {
  type ClusterInventory,
  type InventoryEntry,
  inventoryIdLabel,
  type LocalInventory,
  readResourceGroup,
  resourceGroupVersion,
  resourceList,
  statusList,
} from "./inventory.ts";

export type StatusPolicy = "all" | "none";

const maxConflicts = 20;

/** The inventory of one package in the cluster. It is read once; writes carry the version that was read. */
export class InventoryStore {
  readonly #client: KubeClient;
  readonly #local: LocalInventory;
  readonly #statusPolicy: StatusPolicy;
  #live: ClusterInventory | undefined;
  #before: readonly ResourceId[] = [];
  /** What this run has found at its start or is about itself: anything else comes from somebody else. */
  #seen = new Set<string>();

  constructor(client: KubeClient, local: LocalInventory, statusPolicy: StatusPolicy) {
    this.#client = client;
    this.#local = local;
    this.#statusPolicy = statusPolicy;
  }

  /** With another client: what must be written although the run was interrupted. */
  using(client: KubeClient): InventoryStore {
    const store = new InventoryStore(client, this.#local, this.#statusPolicy);
    store.#live = this.#live;
    store.#before = this.#before;
    store.#seen = this.#seen;
    return store;
  }

  /** Reads it; throws where it belongs to another package. */
  async read(): Promise<ClusterInventory | undefined> {
    const type = await this.#type();
    const object = await this.#client.find(type, this.#local.namespace, this.#local.name);
    this.#take(object);
    this.#before = this.#ids;
    for (const id of this.#before) this.#seen.add(keyOf(id));
    return this.#live;
  }

  /** What it held before this run. */
  get previous(): readonly ResourceId[] {
    return this.#before;
  }

  get #ids(): readonly ResourceId[] {
    return this.#live?.ids ?? [];
  }

  get exists(): boolean {
    return this.#live !== undefined;
  }

  /**
   * Before anything is sent: whatever this run may create is on record from now on. Nothing is written
   * where all of it is known already, and how objects fare is left to the end: a run that is killed must
   * not make what it never touched look unfinished.
   */
  async add(entries: readonly InventoryEntry[]): Promise<void> {
    for (const entry of entries) this.#seen.add(keyOf(entry.id));
    await this.#write(false, () => {
      const known = new Set(entries.map(entry => keyOf(entry.id)));
      const others = this.#ids.filter(id => !known.has(keyOf(id)));
      return [...entries, ...others.map(pendingEntry)];
    });
  }

  /** After everything: exactly these, and what others have put there meanwhile. */
  async set(entries: readonly InventoryEntry[]): Promise<void> {
    await this.#write(true, () => {
      const known = new Set(entries.map(entry => keyOf(entry.id)));
      const foreign = this.#ids.filter(id => !this.#seen.has(keyOf(id)) && !known.has(keyOf(id)));
      return [...entries, ...foreign.map(pendingEntry)];
    });
  }

  async delete(): Promise<void> {
    if (this.#live === undefined) return;
    const uid = textAt(this.#live.object, "metadata", "uid");
    const options: JsonMap = { propagationPolicy: "Background" };
    if (uid !== undefined) options["preconditions"] = { uid };
    try {
      await this.#client.delete(await this.#type(), this.#local.namespace, this.#local.name, options);
    } catch (thrown) {
      if (!isStatus(thrown, 404)) throw thrown;
    }
    this.#live = undefined;
  }

  async #write(isFinal: boolean, wanted: () => InventoryEntry[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const entries = wanted();
      try {
        await this.#writeOnce(entries, isFinal);
        return;
      } catch (thrown) {
        const isContended = isStatus(thrown, 409) || isStatus(thrown, 404) || isFateUnknown(thrown);
        if (!isContended || attempt >= maxConflicts) throw thrown;
        // Somebody else writes too, or an answer was lost: look again before the next attempt.
        await this.#client.clock.sleep(10 * attempt);
        this.#take(await this.#client.find(await this.#type(), this.#local.namespace, this.#local.name));
        if (this.#live === undefined && isStatus(thrown, 404) && attempt > 3) throw thrown;
      }
    }
  }

  async #writeOnce(entries: readonly InventoryEntry[], isFinal: boolean): Promise<void> {
    const type = await this.#type();
    const { name, namespace } = this.#local;
    let object = this.#live?.object;
    if (object === undefined) {
      object = await this.#client.create(type, namespace, this.#newObject(entries));
    } else if (!sameSet(this.#live?.ids ?? [], entries)) {
      const spec: JsonMap = { ...(object["spec"] as JsonMap | undefined) };
      if (entries.length === 0) delete spec["resources"];
      else spec["resources"] = resourceList(entries);
      object = await this.#client.update(type, namespace, name, { ...object, spec });
    }
    this.#take(object);
    if (this.#statusPolicy === "none" || !isFinal) return;
    const generation = valueAt(object, "metadata", "generation");
    const status: JsonMap = { observedGeneration: typeof generation === "number" ? generation : 0 };
    const conditions = valueAt(object, "status", "conditions");
    if (conditions !== undefined) status["conditions"] = conditions;
    if (entries.length > 0) status["resourceStatuses"] = statusList(entries);
    if (sameStatus(valueAt(object, "status"), status)) return;
    this.#take(await this.#client.update(type, namespace, name, { ...object, status }, "status"));
  }

  #newObject(entries: readonly InventoryEntry[]): JsonMap {
    const { name, namespace, id, labels, annotations } = this.#local;
    const metadata: JsonMap = { name, namespace, labels: { ...labels, [inventoryIdLabel]: id } };
    if (Object.keys(annotations).length > 0) metadata["annotations"] = { ...annotations };
    const object: JsonMap = { apiVersion: resourceGroupVersion, kind: "ResourceGroup", metadata };
    object["spec"] = entries.length === 0 ? {} : { resources: resourceList(entries) };
    return object;
  }

  #take(object: JsonMap | undefined): void {
    const found = object === undefined ? undefined : readResourceGroup(object);
    if (found !== undefined && found.id !== this.#local.id) throw foreignInventory(this.#local.id);
    this.#live = found;
  }

  async #type(): Promise<ResourceType> {
    const type = await this.#client.discovery.find(resourceGroupVersion, "ResourceGroup");
    if (type !== undefined) return type;
    throw new KptError("INVENTORY_MISSING", noMatch(resourceGroupVersion, "ResourceGroup"));
  }
}

function pendingEntry(id: ResourceId): InventoryEntry {
  return { id, strategy: "Apply", actuation: "Pending", reconcile: "Pending" };
}

function sameSet(ids: readonly ResourceId[], entries: readonly InventoryEntry[]): boolean {
  if (ids.length !== entries.length) return false;
  const known = new Set(ids.map(keyOf));
  return entries.every(entry => known.has(keyOf(entry.id)));
}

/** Statuses are a set: their order says nothing. */
function sameStatus(live: Json | undefined, wanted: JsonMap): boolean {
  const spread = (status: Json | undefined): string => {
    const { resourceStatuses, ...rest } = isMap(status) ? status : {};
    const list = Array.isArray(resourceStatuses) ? resourceStatuses : [];
    return `${compactJson(rest)}${list.map(compactJson).sort().join("")}`;
  };
  return spread(live) === spread(wanted);
}

export function foreignInventory(id: string): KptError {
  return new KptError(
    "INVENTORY_INVALID",
    `inventory-id of inventory object in cluster doesn't match provided id ${JSON.stringify(id)}`,
  );
}
