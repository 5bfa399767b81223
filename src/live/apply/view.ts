import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import type { KubeClient, Page, Query } from "../../kube/client.ts";
import { follow } from "../../kube/follow.ts";
import type { ResourceType } from "../../kube/resource-type.ts";
import { StatusError } from "../../kube/status-error.ts";
import { idOf, keyOf } from "../plan/identity.ts";
import { type LabelSelector, selectorOf } from "../status/selector.ts";
import { absentTree, ownsPods, type StatusTree, statusTree, unknownTree } from "../status/tree.ts";
import { OwnedObjects } from "./owned.ts";

/** An object that a run is about; the version is that of the package where it is from there. */
export interface Target {
  id: ResourceId;
  apiVersion?: string | undefined;
}

interface Scope {
  type: ResourceType;
  namespace: string;
  query: Query;
  keys: Set<string>;
  page: Page | undefined;
  isFollowed: boolean;
}

/** More namespaces than this are listed with one request for all. */
const maxNamespaces = 4;
const pollMs = 2_000;

/**
 * The live state of all objects of a run: one list and one watch per kind, no request per object. Where
 * lists are forbidden the objects are read one by one.
 */
export class ClusterView {
  readonly #client: KubeClient;
  readonly #live = new Map<string, JsonMap>();
  /** Keys whose state is known: there, or known to be absent. */
  readonly #known = new Set<string>();
  readonly #targets = new Map<string, Target>();
  readonly #scopes: Scope[] = [];
  readonly #owned = new Map<string, OwnedObjects>();
  readonly #selectors = new WeakMap<JsonMap, LabelSelector>();
  readonly #ownedScopes = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  readonly #byNamespace = new Map<string, string[]>();
  #isWatching = false;
  #onChange: (key: string) => void = () => undefined;
  #onFailure: (thrown: unknown) => void = () => undefined;

  constructor(client: KubeClient, signal?: AbortSignal) {
    this.#client = client;
    if (signal?.aborted) this.#stop.abort();
    signal?.addEventListener("abort", () => this.#stop.abort(), { once: true });
  }

  /** Reads the objects; kinds that the cluster doesn't serve (yet) are left out and returned. */
  async load(targets: readonly Target[]): Promise<Target[]> {
    const unserved: Target[] = [];
    const byType = new Map<string, { type: ResourceType; targets: Target[] }>();
    for (const target of targets) {
      this.#targets.set(keyOf(target.id), target);
      const type = await this.#typeOf(target);
      if (type === undefined) {
        unserved.push(target);
        continue;
      }
      const name = `${type.group}/${type.version}/${type.kind}`;
      const entry = byType.get(name) ?? { type, targets: [] };
      entry.targets.push(target);
      byType.set(name, entry);
    }
    const added = [...byType.values()].flatMap(({ type, targets: own }) => scopesOf(type, own));
    this.#scopes.push(...added);
    await inParallel(added, 8, scope => this.#list(scope));
    if (this.#isWatching) for (const scope of added) this.#follow(scope);
    return unserved;
  }

  /** From now on changes are told. */
  watch(onChange: (key: string) => void, onFailure: (thrown: unknown) => void): void {
    this.#isWatching = true;
    this.#onChange = onChange;
    this.#onFailure = onFailure;
    for (const key of this.#targets.keys()) {
      const target = this.#targets.get(key);
      if (target === undefined || !ownsPods(target.id.group, target.id.kind)) continue;
      const keys = this.#byNamespace.get(target.id.namespace) ?? [];
      keys.push(key);
      this.#byNamespace.set(target.id.namespace, keys);
    }
    for (const scope of this.#scopes) this.#follow(scope);
  }

  get(key: string): JsonMap | undefined {
    return this.#live.get(key);
  }

  /** The live objects of those that there are. */
  present(ids: readonly ResourceId[]): JsonMap[] {
    const found: JsonMap[] = [];
    for (const id of ids) {
      const object = this.#live.get(keyOf(id));
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  isKnown(key: string): boolean {
    return this.#known.has(key);
  }

  typeOf(target: Target): Promise<ResourceType | undefined> {
    return this.#typeOf(target);
  }

  /** Takes the answer to a request, unless something newer was seen already. */
  absorb(object: JsonMap): void {
    const key = keyOf(idOf(object));
    const known = this.#live.get(key);
    if (known !== undefined && isNewer(known, object)) return;
    this.#live.set(key, object);
    this.#known.add(key);
  }

  /** One object read anew. */
  async refresh(target: Target): Promise<JsonMap | undefined> {
    const type = await this.#typeOf(target);
    if (type === undefined) return undefined;
    const key = keyOf(target.id);
    const found = await this.#client.find(type, target.id.namespace, target.id.name);
    if (found === undefined) this.#live.delete(key);
    else this.#live.set(key, found);
    this.#known.add(key);
    return found;
  }

  /** Follows pods and replica sets of a namespace: somebody waits for a workload there. */
  watchOwned(id: ResourceId): Promise<void> {
    if (!ownsPods(id.group, id.kind)) return Promise.resolve();
    const kinds = id.kind === "Deployment" ? ["apps/ReplicaSet", "/Pod"] : ["/Pod"];
    return Promise.all(kinds.map(kind => this.#followOwned(kind, id.namespace))).then(() => undefined);
  }

  tree(key: string, now: Date): StatusTree {
    const object = this.#live.get(key);
    const target = this.#targets.get(key);
    if (object !== undefined) {
      return statusTree(
        object,
        (group, kind, namespace, labels) =>
          this.#owned.get(`${group}/${kind}/${namespace}`)?.with(labels) ?? [],
        now,
      );
    }
    if (target === undefined) throw new TypeError("the object is no target of this view");
    return this.#known.has(key) ? absentTree(target.id) : unknownTree(target.id);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([...this.#tasks, ...this.#ownedScopes.values()]);
  }

  #typeOf({ id, apiVersion }: Target): Promise<ResourceType | undefined> {
    return apiVersion === undefined
      ? this.#client.discovery.preferred(id.group, id.kind)
      : this.#client.discovery.find(apiVersion, id.kind);
  }

  async #list(scope: Scope): Promise<void> {
    try {
      const page = await this.#client.list(scope.type, scope.namespace, scope.query);
      scope.page = page;
      this.#replace(scope, page.items);
    } catch (thrown) {
      if (!(thrown instanceof StatusError) || ![403, 404, 405].includes(thrown.status)) throw thrown;
      await this.#readEach(scope);
    }
  }

  async #readEach(scope: Scope): Promise<void> {
    await inParallel([...scope.keys], 8, async key => {
      const target = this.#targets.get(key);
      if (target === undefined) return;
      const before = textAt(this.#live.get(key), "metadata", "resourceVersion");
      const found = await this.#client.find(scope.type, target.id.namespace, target.id.name);
      this.#known.add(key);
      if (found === undefined) this.#live.delete(key);
      else this.#live.set(key, found);
      if (textAt(found, "metadata", "resourceVersion") !== before) this.#onChange(key);
    });
  }

  #replace(scope: Scope, objects: readonly JsonMap[]): void {
    const found = new Map(objects.map(object => [keyOf(idOf(object)), object]));
    for (const key of scope.keys) {
      const object = found.get(key);
      const before = textAt(this.#live.get(key), "metadata", "resourceVersion");
      this.#known.add(key);
      if (object === undefined) this.#live.delete(key);
      else this.#live.set(key, object);
      if (textAt(object, "metadata", "resourceVersion") !== before) this.#onChange(key);
    }
  }

  #follow(scope: Scope): void {
    if (scope.isFollowed) return;
    scope.isFollowed = true;
    const signal = this.#stop.signal;
    const { page } = scope;
    const task =
      page === undefined
        ? this.#poll(scope, signal)
        : follow(
            this.#client,
            scope,
            page,
            {
              replaced: objects => this.#replace(scope, objects),
              changed: object => this.#changed(scope, object),
              deleted: object => this.#deleted(scope, object),
            },
            signal,
          );
    scope.page = undefined;
    this.#tasks.push(task.catch(thrown => this.#onFailure(thrown)));
  }

  async #poll(scope: Scope, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#client.clock.sleep(pollMs, signal);
      if (!signal.aborted) await this.#readEach(scope);
    }
  }

  #changed(scope: Scope, object: JsonMap): void {
    const key = keyOf(idOf(object));
    if (!scope.keys.has(key)) return;
    const known = this.#live.get(key);
    if (known !== undefined && isNewer(known, object)) return;
    this.#live.set(key, object);
    this.#known.add(key);
    this.#onChange(key);
  }

  #deleted(scope: Scope, object: JsonMap): void {
    const key = keyOf(idOf(object));
    if (!scope.keys.has(key)) return;
    const known = this.#live.get(key);
    // An answer about its successor may have come before this event.
    if (textAt(known, "metadata", "uid") !== textAt(object, "metadata", "uid")) return;
    this.#live.delete(key);
    this.#onChange(key);
  }

  #selectorOf(key: string): LabelSelector | undefined {
    const object = this.#live.get(key);
    if (object === undefined) return undefined;
    const known = this.#selectors.get(object);
    if (known !== undefined) return known;
    const selector = selectorOf(object);
    if (selector !== undefined) this.#selectors.set(object, selector);
    return selector;
  }

  #followOwned(groupKind: string, namespace: string): Promise<void> {
    const name = `${groupKind}/${namespace}`;
    const started = this.#ownedScopes.get(name);
    if (started !== undefined) return started;
    const objects = new OwnedObjects();
    this.#owned.set(name, objects);
    const changed = (...versions: (JsonMap | undefined)[]): void => {
      for (const key of this.#byNamespace.get(namespace) ?? []) {
        const selector = this.#selectorOf(key);
        if (versions.some(one => one !== undefined && selector?.matches(one))) this.#onChange(key);
      }
    };
    const begin = async (): Promise<void> => {
      const slash = groupKind.indexOf("/");
      const type = await this.#client.discovery.preferred(
        groupKind.slice(0, slash),
        groupKind.slice(slash + 1),
      );
      if (type === undefined) return;
      const scope = { type, namespace, query: {} };
      const fill = (items: readonly JsonMap[]): void => {
        objects.replace(items);
        for (const key of this.#byNamespace.get(namespace) ?? []) this.#onChange(key);
      };
      const page = await this.#client.list(type, namespace);
      fill(page.items);
      const follower = {
        replaced: fill,
        changed: (object: JsonMap) => changed(object, objects.set(object)),
        deleted: (object: JsonMap) => changed(objects.delete(object)),
      };
      this.#tasks.push(follow(this.#client, scope, page, follower, this.#stop.signal).catch(() => undefined));
    };
    // Pods only explain: who may not see them gets less to read, not a failed run.
    const task = begin().catch(() => undefined);
    this.#ownedScopes.set(name, task);
    return task;
  }
}

function scopesOf(type: ResourceType, targets: readonly Target[]): Scope[] {
  const byNamespace = new Map<string, Target[]>();
  for (const target of targets) {
    const namespace = type.namespaced ? target.id.namespace : "";
    const own = byNamespace.get(namespace);
    if (own === undefined) byNamespace.set(namespace, [target]);
    else own.push(target);
  }
  if (byNamespace.size > maxNamespaces) return [scope(type, "", targets, {})];
  return [...byNamespace].map(([namespace, own]) => {
    // One name: the server sends, and may allow, no more than that object.
    const [only] = own;
    const query: Query =
      own.length === 1 && only !== undefined ? { fieldSelector: `metadata.name=${only.id.name}` } : {};
    return scope(type, namespace, own, query);
  });
}

function scope(type: ResourceType, namespace: string, targets: readonly Target[], query: Query): Scope {
  const keys = new Set(targets.map(target => keyOf(target.id)));
  return { type, namespace, query, keys, page: undefined, isFollowed: false };
}

/** Versions of one object are numbers that grow, whatever the documentation promises to keep open. */
function isNewer(known: JsonMap, object: JsonMap): boolean {
  if (textAt(known, "metadata", "uid") !== textAt(object, "metadata", "uid")) return false;
  const a = textAt(known, "metadata", "resourceVersion") ?? "";
  const b = textAt(object, "metadata", "resourceVersion") ?? "";
  return a.length === b.length ? a > b : a.length > b.length;
}

export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next++];
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
