import { compareBytes, type JsonMap } from "../core/json.ts";
import { metadataOf, nameOf, namespaceOf, ordered, uidOf } from "./kube-object.ts";

/** An object as it was written once. Never changed afterwards: readers may hold on to it. */
export interface Stored {
  readonly collection: string;
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly object: JsonMap;
}

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  /** For a deletion the last state, carrying the revision of the deletion. */
  readonly entry: Stored;
  readonly previous: Stored | undefined;
}

class Collection {
  readonly entries = new Map<string, Stored>();
  readonly changes: Change[] = [];
  /** Changes up to this revision are forgotten. */
  compacted = 0;
  #sorted: string[] | undefined;
  #namespaces = new Map<string, Map<string, Stored>>();
  #sortedIn = new Map<string, Stored[]>();

  put(entry: Stored): void {
    if (!this.entries.has(entry.key)) this.#sorted = undefined;
    this.entries.set(entry.key, entry);
    if (entry.namespace === "") return;
    let names = this.#namespaces.get(entry.namespace);
    if (names === undefined) {
      names = new Map();
      this.#namespaces.set(entry.namespace, names);
    }
    names.set(entry.name, entry);
    this.#sortedIn.delete(entry.namespace);
  }

  remove(entry: Stored): void {
    this.entries.delete(entry.key);
    this.#sorted = undefined;
    this.#sortedIn.delete(entry.namespace);
    const names = this.#namespaces.get(entry.namespace);
    names?.delete(entry.name);
    if (names?.size === 0) this.#namespaces.delete(entry.namespace);
  }

  /** In the order of keys, as etcd lists them. */
  list(namespace: string): readonly Stored[] {
    if (namespace !== "") {
      const ready = this.#sortedIn.get(namespace);
      if (ready !== undefined) return ready;
      const names = this.#namespaces.get(namespace);
      const sorted =
        names === undefined ? [] : [...names.values()].sort((a, b) => compareBytes(a.name, b.name));
      this.#sortedIn.set(namespace, sorted);
      return sorted;
    }
    this.#sorted ??= [...this.entries.keys()].sort(compareBytes);
    return this.#sorted.map(key => this.entries.get(key)).filter(entry => entry !== undefined);
  }
}

export function keyOf(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** All objects, one counter of revisions over all of them, and what has changed lately. */
export class Store {
  #collections = new Map<string, Collection>();
  #revision = 1;
  #listeners = new Set<(change: Change) => void>();
  #dependents = new Map<string, Map<string, Stored>>();
  #texts = new WeakMap<JsonMap, string>();
  readonly #history: number;

  /** `history` is how many changes of a kind are kept for watches that resume. */
  constructor(history: number) {
    this.#history = history;
  }

  get revision(): number {
    return this.#revision;
  }

  get(collection: string, namespace: string, name: string): Stored | undefined {
    return this.#collections.get(collection)?.entries.get(keyOf(namespace, name));
  }

  list(collection: string, namespace = ""): readonly Stored[] {
    return this.#collections.get(collection)?.list(namespace) ?? [];
  }

  /** Names of collections that hold something. */
  collections(): string[] {
    return [...this.#collections].filter(([, held]) => held.entries.size > 0).map(([name]) => name);
  }

  put(collection: string, object: JsonMap): Stored {
    const revision = ++this.#revision;
    const entry = this.#entry(collection, stamped(object, revision), revision);
    const held = this.#collection(collection);
    const previous = held.entries.get(entry.key);
    held.put(entry);
    if (previous !== undefined) this.#unlink(previous);
    this.#link(entry);
    this.#publish(held, { type: previous === undefined ? "ADDED" : "MODIFIED", revision, entry, previous });
    return entry;
  }

  remove(collection: string, namespace: string, name: string): Stored | undefined {
    const held = this.#collection(collection);
    const previous = held.entries.get(keyOf(namespace, name));
    if (previous === undefined) return undefined;
    const revision = ++this.#revision;
    const entry = this.#entry(collection, stamped(previous.object, revision), revision);
    held.remove(previous);
    this.#unlink(previous);
    this.#publish(held, { type: "DELETED", revision, entry, previous });
    return entry;
  }

  /** Objects that name an owner with this uid. */
  dependentsOf(uid: string): Stored[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes of a collection after a revision, oldest first; undefined when they are not kept any more. */
  changesSince(collection: string, revision: number): Change[] | undefined {
    const held = this.#collections.get(collection);
    if (held === undefined) return [];
    if (revision < held.compacted) return undefined;
    return held.changes.slice(firstAfter(held.changes, revision));
  }

  /** The list as it was at a revision; undefined when that is too long ago. */
  listAt(collection: string, namespace: string, revision: number): readonly Stored[] | undefined {
    const later = this.changesSince(collection, revision);
    if (later === undefined) return undefined;
    const now = this.list(collection, namespace);
    if (later.length === 0) return now;
    const then = new Map(now.map(entry => [entry.key, entry]));
    for (const change of later.reverse()) {
      if (namespace !== "" && change.entry.namespace !== namespace) continue;
      if (change.previous === undefined) then.delete(change.entry.key);
      else then.set(change.entry.key, change.previous);
    }
    return [...then.values()].sort((a, b) => compareBytes(a.key, b.key));
  }

  /** Forgets the past, as a compaction of etcd does: watches from before are told to begin anew. */
  compact(): void {
    for (const held of this.#collections.values()) {
      held.changes.length = 0;
      held.compacted = this.#revision;
    }
  }

  /** The JSON of a stored object, made once. */
  textOf(entry: Stored): string {
    let text = this.#texts.get(entry.object);
    if (text === undefined) {
      text = JSON.stringify(entry.object);
      this.#texts.set(entry.object, text);
    }
    return text;
  }

  #entry(collection: string, object: JsonMap, revision: number): Stored {
    const namespace = namespaceOf(object);
    const name = nameOf(object);
    return { collection, key: keyOf(namespace, name), namespace, name, revision, object };
  }

  #collection(name: string): Collection {
    let held = this.#collections.get(name);
    if (held === undefined) {
      held = new Collection();
      this.#collections.set(name, held);
    }
    return held;
  }

  #publish(held: Collection, change: Change): void {
    held.changes.push(change);
    if (held.changes.length > this.#history * 2) {
      const dropped = held.changes.splice(0, held.changes.length - this.#history);
      held.compacted = dropped.at(-1)?.revision ?? held.compacted;
    }
    for (const listener of [...this.#listeners]) listener(change);
  }

  #link(entry: Stored): void {
    for (const uid of ownerUids(entry.object)) {
      let dependents = this.#dependents.get(uid);
      if (dependents === undefined) {
        dependents = new Map();
        this.#dependents.set(uid, dependents);
      }
      dependents.set(uidOf(entry.object), entry);
    }
  }

  #unlink(entry: Stored): void {
    for (const uid of ownerUids(entry.object)) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(uidOf(entry.object));
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
  }
}

/** A copy that carries the revision. */
function stamped(object: JsonMap, revision: number): JsonMap {
  const metadata = { ...metadataOf(object), resourceVersion: String(revision) };
  return ordered({ ...object, metadata });
}

function ownerUids(object: JsonMap): string[] {
  const owners = metadataOf(object)["ownerReferences"];
  if (!Array.isArray(owners)) return [];
  return owners.flatMap(owner =>
    typeof owner === "object" && owner !== null && !Array.isArray(owner) && typeof owner["uid"] === "string"
      ? [owner["uid"]]
      : [],
  );
}

function firstAfter(changes: readonly Change[], revision: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
