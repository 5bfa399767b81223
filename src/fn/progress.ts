import type { FieldChange } from "./explain.ts";
import type { FunctionRun } from "./results.ts";

/** What happens while functions run, for whoever shows it. */
export type Progress =
  | { type: "package"; name: string }
  | { type: "package-done" }
  | { type: "started"; fn: string; selected: number | undefined; package: string | undefined }
  | { type: "skipped"; fn: string; package: string | undefined; reason: string }
  /** `exited` says that a process came to an end, so that its exit code means something. */
  | {
      type: "finished";
      fn: string;
      package: string | undefined;
      passed: boolean;
      exited: boolean;
      durationMs: number;
      run: FunctionRun;
    }
  /** Only where the caller asked for explanations. */
  | { type: "changed"; fn: string; package: string | undefined; changes: FieldChange[] }
  | { type: "warning"; message: string };

export type Report = (progress: Progress) => void;
