/** Stable names of everything that can go wrong for a user; scripts may rely on them. */
export type ErrorCode =
  | "USAGE"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "IO"
  | "ABORTED"
  | "YAML_SYNTAX"
  | "YAML_UNSUPPORTED"
  | "KPTFILE_MISSING"
  | "KPTFILE_INVALID"
  | "KPTFILE_OLD_VERSION"
  | "RESOURCE_INVALID"
  | "PATH_OUTSIDE_PACKAGE"
  | "GIT_MISSING"
  | "GIT_FAILED"
  | "GIT_REF_UNKNOWN"
  | "UPSTREAM_INVALID"
  | "MERGE_CONFLICT"
  | "FUNCTION_FAILED"
  | "FUNCTION_RUNTIME"
  | "PROGRAM_FAILED"
  | "CLUSTER_UNREACHABLE"
  | "CLUSTER_REFUSED"
  | "KUBECONFIG_INVALID"
  | "INVENTORY_MISSING"
  | "INVENTORY_INVALID"
  | "APPLY_FAILED"
  | "VALIDATION";

/** Where in the user's files something is wrong. Lines and columns count from 1. */
export interface Place {
  file: string;
  line?: number;
  column?: number;
  /** Path of the field, for example `spec.replicas`. */
  field?: string;
}

export interface ErrorFacts {
  place?: Place;
  /** The next step for the user, printed on a line of its own. */
  hint?: string;
  cause?: unknown;
  /**
   * How the printed line begins. Go kpt has two spellings and scripts match both (spec: pkg 3.5):
   * `error: text` for arguments and plain errors (default), `Error: text ` for errors of kpt's own
   * making, `none` for texts that bring their own frame.
   */
  label?: "error" | "Error" | "none";
  /** Exit code of the process if this error ends it; 1 unless said otherwise. */
  exitCode?: number;
}

/** An error that a user can meet and act on. Anything else that is thrown is a defect of the program. */
export class KptError extends Error {
  override readonly name = "KptError";
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly hint: string | undefined;
  readonly label: "error" | "Error" | "none";
  readonly exitCode: number;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.place = facts.place;
    this.hint = facts.hint;
    this.label = facts.label ?? "error";
    this.exitCode = facts.exitCode ?? 1;
  }
}

/** The text of anything thrown, for wrapping into a message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
