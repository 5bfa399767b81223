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
  recordedStatuses,
  resourceGroupVersion,
  resourceList,
  statusList,
} from "./inventory.ts";

export type StatusPolicy = "all" | "none";

const maxConflicts = 20;

/** Of these, those that are in the cluster and belong to the inventory. */
export type Look = (ids: readonly ResourceId[]) => Promise<ResourceId[]>;

/** The inventory of one package in the cluster. It is read once; writes carry the version that was read. */
export class InventoryStore {
  readonly #client: KubeClient;
  readonly #local: LocalInventory;
  readonly #statusPolicy: StatusPolicy;
  #live: ClusterInventory | undefined;
  #before: readonly ResourceId[] = [];
  /** What this run has found at its start or is about itself: anything else comes from somebody else. */
  #seen = new Map<string, ResourceId>();

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
    for (const id of this.#before) this.#seen.set(keyOf(id), id);
    return this.#live;
  }

  /** What it held before this run. */
  get previous(): readonly ResourceId[] {
    return this.#before;
  }

  /** These can't be looked at: they stay on record, whatever becomes of the others. */
  leave(ids: readonly ResourceId[]): void {
    for (const id of ids) this.#seen.delete(keyOf(id));
  }

  get #ids(): readonly ResourceId[] {
    return this.#live?.ids ?? [];
  }

  get #version(): string | undefined {
    return versionOf(this.#live);
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
    for (const { id } of entries) this.#seen.set(keyOf(id), id);
    await this.#write(entries, false, () => true);
  }

  /** Puts back what another run has dropped since; costs one read where none has. */
  async restore(entries: readonly InventoryEntry[]): Promise<void> {
    await this.#lookAgain(0);
    await this.add(entries);
  }

  /**
   * After everything: exactly these, those that `isThere` knows to have come back, and what others have put
   * there meanwhile. What was dropped is looked for afterwards: who creates it from now on finds it missing
   * on record, who has created it before is seen.
   */
  async set(
    entries: readonly InventoryEntry[],
    isThere: (id: ResourceId) => boolean = () => false,
    look: Look = async () => [],
  ): Promise<void> {
    const stays = (id: ResourceId): boolean => !this.#seen.has(keyOf(id)) || isThere(id);
    await this.#write(entries, true, stays);
    const written = this.#live;
    const back = await look(this.#dropped());
    await this.#lookAgain(0);
    // Another run may have dropped what it didn't know to be wanted, just before.
    if (back.length > 0 || this.#version !== versionOf(written)) {
      await this.#write(entries, true, stays, back);
    }
  }

  /** What this run has taken off the record. */
  #dropped(): ResourceId[] {
    const kept = new Set(this.#ids.map(keyOf));
    return [...this.#seen].filter(([key]) => !kept.has(key)).map(([, id]) => id);
  }

  /** At the end of a destroy: it goes, unless somebody has put objects there meanwhile. */
  async delete(isThere: (id: ResourceId) => boolean, look: Look): Promise<void> {
    for (let attempt = 1; this.#live !== undefined; attempt++) {
      if (this.#ids.some(id => !this.#seen.has(keyOf(id)) || isThere(id))) {
        return await this.set([], isThere, look);
      }
      const preconditions: JsonMap = {};
      for (const field of ["uid", "resourceVersion"]) {
        const value = textAt(this.#live.object, "metadata", field);
        if (value !== undefined) preconditions[field] = value;
      }
      try {
        await this.#client.delete(await this.#type(), this.#local.namespace, this.#local.name, {
          propagationPolicy: "Background",
          preconditions,
        });
        this.#live = undefined;
      } catch (thrown) {
        if (!isContended(thrown) || attempt >= maxConflicts) throw thrown;
        await this.#lookAgain(attempt);
      }
    }
    const back = await look(this.#dropped());
    if (back.length > 0) await this.#write([], true, () => true, back);
  }

  async #lookAgain(attempt: number): Promise<void> {
    if (attempt > 0) await this.#client.clock.sleep(10 * attempt);
    this.#take(await this.#client.find(await this.#type(), this.#local.namespace, this.#local.name));
  }

  /** These entries, those that are back, and of what is on record besides them all that is to stay. */
  async #write(
    entries: readonly InventoryEntry[],
    isFinal: boolean,
    stays: (id: ResourceId) => boolean,
    back: readonly ResourceId[] = [],
  ): Promise<void> {
    const own = new Set([...entries.map(entry => entry.id), ...back].map(keyOf));
    for (let attempt = 1; ; attempt++) {
      const others = [...back, ...this.#ids.filter(id => !own.has(keyOf(id)) && stays(id))];
      try {
        await this.#writeOnce(entries, others, isFinal);
        return;
      } catch (thrown) {
        if (!isContended(thrown) || attempt >= maxConflicts) throw thrown;
        await this.#lookAgain(attempt);
        if (this.#live === undefined && isStatus(thrown, 404) && attempt > 3) throw thrown;
      }
    }
  }

  async #writeOnce(
    entries: readonly InventoryEntry[],
    others: readonly ResourceId[],
    isFinal: boolean,
  ): Promise<void> {
    const type = await this.#type();
    const { name, namespace } = this.#local;
    const ids = [...entries.map(entry => entry.id), ...others];
    let object = this.#live?.object;
    if (object === undefined) {
      object = await this.#client.create(type, namespace, this.#newObject(ids));
    } else if (!sameSet(this.#ids, ids)) {
      const spec: JsonMap = { ...(object["spec"] as JsonMap | undefined) };
      if (ids.length === 0) delete spec["resources"];
      else spec["resources"] = resourceList(ids);
      object = await this.#client.update(type, namespace, name, { ...object, spec });
    }
    this.#take(object);
    if (this.#statusPolicy === "none" || !isFinal) return;
    const generation = valueAt(object, "metadata", "generation");
    const status: JsonMap = { observedGeneration: typeof generation === "number" ? generation : 0 };
    const conditions = valueAt(object, "status", "conditions");
    if (conditions !== undefined) status["conditions"] = conditions;
    const statuses = [...statusList(entries), ...recordedStatuses(object, others)];
    if (statuses.length > 0) status["resourceStatuses"] = statuses;
    if (sameStatus(valueAt(object, "status"), status)) return;
    this.#take(await this.#client.update(type, namespace, name, { ...object, status }, "status"));
  }

  #newObject(ids: readonly ResourceId[]): JsonMap {
    const { name, namespace, id, labels, annotations } = this.#local;
    const metadata: JsonMap = { name, namespace, labels: { ...labels, [inventoryIdLabel]: id } };
    if (Object.keys(annotations).length > 0) metadata["annotations"] = { ...annotations };
    const object: JsonMap = { apiVersion: resourceGroupVersion, kind: "ResourceGroup", metadata };
    object["spec"] = ids.length === 0 ? {} : { resources: resourceList(ids) };
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

function versionOf(inventory: ClusterInventory | undefined): string | undefined {
  return textAt(inventory?.object, "metadata", "resourceVersion");
}

/** Somebody else writes too, or an answer was lost: looking again tells. */
function isContended(thrown: unknown): boolean {
  return isStatus(thrown, 409) || isStatus(thrown, 404) || isFateUnknown(thrown);
}

function sameSet(a: readonly ResourceId[], b: readonly ResourceId[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Set(a.map(keyOf));
  return b.every(id => known.has(keyOf(id)));
}

/** Statuses are a set: their order says nothing. */
function sameStatus(live: Json | undefined, wanted: JsonMap): boolean {
  const spread = (status: Json | undefined): string => {
    const { resourceStatuses, ...rest } = isMap(status) ? status : {};
    const list = Array.isArray(resourceStatuses) ? resourceStatuses : [];
    return `${compactJson(rest)}${list.map(spelled).sort().join("")}`;
  };
  return spread(live) === spread(wanted);
}

/** One object's status as a line; only its own fields are ever written. */
function spelled(item: Json): string {
  if (!isMap(item)) return compactJson(item);
  return Object.keys(item)
    .sort()
    .map(key => `${key}=${typeof item[key] === "string" ? item[key] : compactJson(item[key] ?? null)}`)
    .join("\n");
}

export function foreignInventory(id: string): KptError {
  return new KptError(
    "INVENTORY_INVALID",
    `inventory-id of inventory object in cluster doesn't match provided id ${JSON.stringify(id)}`,
  );
}
