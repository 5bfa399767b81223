import { randomUUID } from "node:crypto";
import type { Schema } from "../core/schema/schema.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { ResourceType } from "./resource-names.ts";
import { TypeTable } from "./resource-types.ts";
import { schemaOfType } from "./schemas.ts";
import { Store } from "./store.ts";

/** How long the controllers and the kubelet take, in milliseconds. */
export interface Delays {
  /** From a change to the reaction of a controller. */
  controller: number;
  /** From a pod's creation to its place on a node. */
  schedule: number;
  /** From its place on a node to its containers running and ready. */
  start: number;
  /** How long the containers of a job run. */
  run: number;
  /** From the deletion of a running pod to its end. */
  stop: number;
  /** From the creation of a custom resource definition to its being served. */
  establish: number;
}

export const defaultDelays: Delays = {
  controller: 4,
  schedule: 8,
  start: 40,
  run: 60,
  stop: 15,
  establish: 10,
};

export interface SandboxOptions {
  clock?: Clock;
  delays?: Partial<Delays>;
  /** Numbers in [0, 1) for generated names; Math.random unless said otherwise. */
  random?: () => number;
  uid?: () => string;
  /** Changes of a kind that are kept for watches that resume; a watch from before is answered with 410. */
  history?: number;
  /** Milliseconds between bookmarks of a watch that asked for them. */
  bookmarkInterval?: number;
  /** Without controllers objects stay as they are written. */
  controllers?: boolean;
  /** Whether an image can be pulled; names that end with `does-not-exist` can not, unless said otherwise. */
  imageExists?: (image: string) => boolean;
  /** The version that is announced, for example `v1.36.3`. */
  version?: string;
}

/** Everything that requests and controllers work on. */
export interface Cluster {
  readonly store: Store;
  readonly types: TypeTable;
  readonly clock: Clock;
  readonly delays: Delays;
  readonly random: () => number;
  readonly uid: () => string;
  readonly bookmarkInterval: number;
  readonly imageExists: (image: string) => boolean;
  readonly version: string;
  schemaOf(type: ResourceType): Schema | undefined;
}

export function createCluster(options: SandboxOptions): Cluster {
  const types = new TypeTable();
  return {
    store: new Store(options.history ?? 5000),
    types,
    clock: options.clock ?? systemClock,
    delays: { ...defaultDelays, ...options.delays },
    random: options.random ?? Math.random,
    uid: options.uid ?? randomUUID,
    bookmarkInterval: options.bookmarkInterval ?? 60_000,
    imageExists: options.imageExists ?? (image => !/does-not-exist(:[^/]*)?$/.test(image)),
    version: options.version ?? "v1.36.3",
    schemaOf: schemaOfType,
  };
}
