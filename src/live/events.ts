import type { JsonMap } from "../core/json.ts";
import type { ResourceId } from "../core/resource-id.ts";
import type { Wait } from "./plan/graph.ts";
import type { StatusTree } from "./status/tree.ts";

export type Action = "Apply" | "Prune" | "Delete" | "Wait" | "Inventory";
export type Operation = "created" | "configured" | "unchanged" | "serversideapplied";
export type ActuationStatus = "Successful" | "Skipped" | "Failed";
export type WaitStatus = "Pending" | "Successful" | "Skipped" | "Timeout" | "Failed";

/** The package is read and fits the cluster; what goes wrong from now on is part of the run. */
export interface PlanningEvent {
  type: "planning";
}

export interface InitEvent {
  type: "init";
  /** In the order in which they'll be reported. */
  groups: { action: Action; name: string; ids: ResourceId[] }[];
  /** Who has to wait for whom, and why. */
  waits?: Wait[];
}

export interface GroupEvent {
  type: "group";
  action: Action;
  name: string;
  status: "Started" | "Finished";
}

/** One object was applied, pruned or deleted, or was not. */
export interface ActuationEvent {
  type: "apply" | "prune" | "delete";
  id: ResourceId;
  status: ActuationStatus;
  operation?: Operation;
  error?: string;
  /** In dry runs: the object as it is and as it would be. */
  before?: JsonMap;
  after?: JsonMap;
}

export interface WaitEvent {
  type: "wait";
  id: ResourceId;
  status: WaitStatus;
  /** One sentence about what it was waiting for, where it didn't end well. */
  explanation?: string;
}

export interface StatusEvent {
  type: "status";
  id: ResourceId;
  tree: StatusTree;
}

export interface ValidationEvent {
  type: "validation";
  ids: ResourceId[];
  error: string;
}

export interface ErrorEvent {
  type: "error";
  error: string;
}

/** Everything that happens in a run, in the order in which a reader should hear of it. */
export type LiveEvent =
  | PlanningEvent
  | InitEvent
  | GroupEvent
  | ActuationEvent
  | WaitEvent
  | StatusEvent
  | ValidationEvent
  | ErrorEvent;
