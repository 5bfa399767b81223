import type { JsonMap } from "../../core/json.ts";
import type { InventoryEntry } from "../inventory/inventory.ts";
import type { Outcome } from "../inventory/keep.ts";
import type { Progress } from "../plan/filters/filter.ts";
import type { Vertex } from "../plan/graph.ts";
import { reasonsOf } from "../status/reasons.ts";
import { fingerprint, type StatusTree } from "../status/tree.ts";

/** One object of a run and how far it has come. */
export interface Item extends Progress {
  vertex: Vertex;
  /** File it comes from; empty for objects of the cluster. */
  source: string;
  isAbandoned: boolean;
  isFateUnknown: boolean;
  uid: string | undefined;
  generation: number;
  phase: "idle" | "sending" | "waiting" | "failing" | "done";
  /** Ends timers of its wait. */
  stop: AbortController | undefined;
  /** Status and message last told. */
  told: string;
  error: string | undefined;
  /** What the cluster says beyond the status, once somebody asked. */
  heard: readonly string[];
}

export function newItem(vertex: Vertex, source: string): Item {
  return {
    vertex,
    source,
    actuation: "Pending",
    reconcile: "Pending",
    isAbandoned: false,
    isFateUnknown: false,
    uid: undefined,
    generation: 0,
    phase: "idle",
    stop: undefined,
    told: "",
    error: undefined,
    heard: [],
  };
}

/** Fires when nothing more will happen to it. */
export function stopSignal(item: Item): AbortSignal {
  item.stop ??= new AbortController();
  return item.stop.signal;
}

export function isDone(item: Item): boolean {
  return item.phase === "done";
}

/** Whether its status differs from what was last told about it; it counts as told from now on. */
export function isNews(item: Item, tree: StatusTree): boolean {
  const told = `${fingerprint(tree)}\n${reasonsOf(tree).join("\n")}`;
  // That a new object isn't there yet says nothing.
  const isNew = item.told === "" && item.vertex.action === "apply" && tree.status === "NotFound";
  if (told === item.told || isNew) return false;
  item.told = told;
  return true;
}

export function outcomeOf(item: Item): Outcome {
  const { vertex, actuation, reconcile, isAbandoned, isFateUnknown } = item;
  return { id: vertex.id, action: vertex.action, actuation, reconcile, isAbandoned, isFateUnknown };
}

/** Before anything is known of it. */
export function pendingEntry({ vertex }: Item): InventoryEntry {
  const strategy = vertex.action === "apply" ? "Apply" : "Delete";
  return { id: vertex.id, strategy, actuation: "Pending", reconcile: "Pending" };
}

export function generationOf(object: JsonMap | undefined): number {
  const metadata = object?.["metadata"];
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return 0;
  const generation = metadata["generation"];
  return typeof generation === "number" ? generation : 0;
}
