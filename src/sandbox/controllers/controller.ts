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

/** A second look that is further away than this, in milliseconds, is a deadline and keeps nobody waiting. */
const deadline = 5000;

/** Runs controllers on the changes of a store. */
export class Controllers {
  readonly #cluster: Cluster;
  readonly #waiting = new Map<string, { cancel: () => void; due: number; patient: boolean }>();
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

  /** Resolves when nothing is left to do. Waiting for a deadline, or for a missing Secret, is no work. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise(resolve => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#settle();
  }

  #enqueue(controller: Controller, key: Key, delay: number | undefined): void {
    if (this.#closed) return;
    const id = `${controller.name} ${key.collection}/${key.namespace}/${key.name}`;
    const wait = delay ?? controller.delay?.(this.#cluster) ?? this.#cluster.delays.controller;
    const due = this.#cluster.clock.now() + wait;
    const present = this.#waiting.get(id);
    if (present !== undefined && present.due <= due) return;
    present?.cancel();
    const patient = delay !== undefined && wait >= deadline;
    const run = (): void => {
      this.#waiting.delete(id);
      this.#run(controller, key);
      this.#settle();
    };
    this.#waiting.set(id, { cancel: this.#cluster.clock.after(wait, run, patient), due, patient });
  }

  #run(controller: Controller, key: Key): void {
    try {
      const again = controller.reconcile(key, this.#cluster);
      if (again !== undefined) this.#enqueue(controller, key, again);
    } catch (thrown) {
      // A refusal, for instance by a namespace that is going: tried again later, as controllers do.
      if (!(thrown instanceof ApiError)) throw thrown;
      if (thrown.code === 403) this.#enqueue(controller, key, deadline);
    }
  }

  #settle(): void {
    if (this.#idle.length === 0 || !this.#isIdle()) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #isIdle(): boolean {
    for (const { patient } of this.#waiting.values()) if (!patient) return false;
    return true;
  }
}
