import type { LiveEvent } from "../events.ts";

/** Where a report goes; a terminal may tell its width. */
export interface Sink {
  write(text: string): void;
}

/** A reader of events. It can't slow or steer the run. */
export interface Reporter {
  event(event: LiveEvent): void;
  /** Called once, after the last event, also of a run that failed. */
  end(): void;
}

export type DryRun = "none" | "client" | "server";

export interface ReportOptions {
  showStatusEvents: boolean;
  dryRun: DryRun;
  /** Show the fields that a dry run would change. */
  showChanges?: boolean;
  /** Leave out what the release of kpt doesn't say: why something took too long. */
  isTerse?: boolean;
  now: () => Date;
}
