import { ApiError } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Change } from "../store.ts";

/** An object that a controller is to look at. */
export interface Key {
  collection: string;
  namespace: string;
  name: string;
}

/** Brings the world closer to what objects ask for, one object at a time. */
export interface Controller {
  name: string;
  /** Which objects a change concerns. */
  concerns(change: Change, cluster: Cluster): Key[];
  /** Looks at one object; answers with milliseconds after which it wants to look again. */
  reconcile(key: Key, cluster: Cluster): number | undefined;
  /** Milliseconds from a change to the look; the usual ones unless said otherwise. */
  delay?(cluster: Cluster): number;
}

export function keyOfChange({ entry }: Change): Key {
  return { collection: entry.collection, namespace: entry.namespace, name: entry.name };
}

/** Runs controllers on the changes of a store. */
export class Controllers {
  readonly #cluster: Cluster;
  readonly #waiting = new Map<string, () => void>();
  readonly #idle: (() => void)[] = [];
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(cluster: Cluster, controllers: readonly Controller[]) {
    this.#cluster = cluster;
    this.#unsubscribe = cluster.store.subscribe(change => {
      for (const controller of controllers) {
        for (const key of controller.concerns(change, cluster)) this.#enqueue(controller, key, undefined);
      }
    });
  }

  /** Resolves when nothing is left to do. Work that waits for something outside, such as a missing Secret, is no work. */
  idle(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise(resolve => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#settle();
  }

  #enqueue(controller: Controller, key: Key, delay: number | undefined): void {
    if (this.#closed) return;
    const id = `${controller.name} ${key.collection}/${key.namespace}/${key.name}`;
    if (this.#waiting.has(id)) return;
    const wait = delay ?? controller.delay?.(this.#cluster) ?? this.#cluster.delays.controller;
    const cancel = this.#cluster.clock.after(wait, () => {
      this.#waiting.delete(id);
      this.#run(controller, key);
      this.#settle();
    });
    this.#waiting.set(id, cancel);
  }

  #run(controller: Controller, key: Key): void {
    try {
      const again = controller.reconcile(key, this.#cluster);
      if (again !== undefined) this.#enqueue(controller, key, again);
    } catch (thrown) {
      // A refusal, for instance by a namespace that is going: the next change brings the object back here.
      if (!(thrown instanceof ApiError)) throw thrown;
    }
  }

  #settle(): void {
    if (this.#waiting.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
