import type { Action, LiveEvent, Operation } from "../events.ts";

export interface Counts {
  successful: number;
  skipped: number;
  failed: number;
  timeout: number;
}

export type Counted = Exclude<Action, "Inventory">;

const actionOf = { apply: "Apply", prune: "Prune", delete: "Delete", wait: "Wait" } as const;

/** What has happened so far, in numbers; a pending wait isn't counted. */
export class Tally {
  readonly counts: Record<Counted, Counts> = {
    Apply: noCounts(),
    Prune: noCounts(),
    Delete: noCounts(),
    Wait: noCounts(),
  };
  readonly operations: Record<Operation, number> = {
    created: 0,
    configured: 0,
    unchanged: 0,
    serversideapplied: 0,
  };
  /** Skips that a user may not expect: of policies and dependencies. */
  skippedActuations = 0;

  add(event: LiveEvent): void {
    if (event.type === "wait") {
      if (event.status === "Successful") this.counts.Wait.successful++;
      else if (event.status === "Skipped") this.counts.Wait.skipped++;
      else if (event.status === "Failed") this.counts.Wait.failed++;
      else if (event.status === "Timeout") this.counts.Wait.timeout++;
      return;
    }
    if (event.type !== "apply" && event.type !== "prune" && event.type !== "delete") return;
    const counts = this.counts[actionOf[event.type]];
    if (event.status === "Successful") counts.successful++;
    else if (event.status === "Skipped") {
      counts.skipped++;
      this.skippedActuations++;
    } else counts.failed++;
    if (event.operation !== undefined) this.operations[event.operation]++;
  }

  total(action: Counted): number {
    const { successful, skipped, failed, timeout } = this.counts[action];
    return successful + skipped + failed + timeout;
  }

  /** Whether something failed or took too long: exit code 3. */
  get broken(): boolean {
    return Object.values(this.counts).some(({ failed, timeout }) => failed > 0 || timeout > 0);
  }
}

function noCounts(): Counts {
  return { successful: 0, skipped: 0, failed: 0, timeout: 0 };
}
