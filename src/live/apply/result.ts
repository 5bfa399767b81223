import type { JsonMap } from "../../core/json.ts";
import type { Operation } from "../events.ts";
import type { DryRun } from "../report/reporter.ts";

export interface SendOptions {
  dryRun: DryRun;
  serverSide: boolean;
  forceConflicts: boolean;
  fieldManager: string;
  inventoryId: string;
  propagation: "Background" | "Foreground" | "Orphan";
}

/** How often a write is repeated that met somebody else's, and the pause before each but the first. */
export const maxConflicts = 8;
export const conflictPauseMs = 1_000;

/** What became of sending one object. */
export type SendResult =
  | {
      status: "Successful";
      operation?: Operation;
      /** The answer of the server. */
      object?: JsonMap;
      /** In dry runs: as it is and as it would be. */
      before?: JsonMap;
      after?: JsonMap;
    }
  | { status: "Failed"; error: string; isFateUnknown: boolean };

export function failure(error: string, isFateUnknown = false): SendResult {
  return { status: "Failed", error, isFateUnknown };
}
