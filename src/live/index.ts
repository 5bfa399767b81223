/** Deploying packages to a cluster, as a library: what `kpt live` does, without the command line. */
export { type ApplyOptions, applyPackage } from "./apply/apply-package.ts";
export { type DestroyOptions, destroyPackage } from "./apply/destroy-package.ts";
export type { Pace, RunOutcome } from "./apply/run.ts";
export { type ClusterOptions, openCluster } from "./cluster.ts";
export type {
  Action,
  ActuationEvent,
  ErrorEvent,
  GroupEvent,
  InitEvent,
  LiveEvent,
  Operation,
  StatusEvent,
  ValidationEvent,
  WaitEvent,
} from "./events.ts";
export { installDefinition } from "./inventory/crd.ts";
export type { LocalInventory } from "./inventory/inventory.ts";
export { type LoadedPackage, loadDirectory, loadStream, type SourcedObject } from "./load.ts";
export { type PlanAction, type PlanActionName, planPackage } from "./plan-package.ts";
export type { Session } from "./session.ts";
export { type ComputedStatus, computeStatus } from "./status/status.ts";
export type { StatusTree } from "./status/tree.ts";
export type { StatusName } from "./status/verdict.ts";
export {
  type PollUntil,
  type StatusUpdate,
  type WatchedInventory,
  type WatchOptions,
  watchStatus,
} from "./status-package.ts";
