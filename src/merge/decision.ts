import type { PlainValue } from "../core/yaml/node.ts";

/** Who wins where both sides changed the same thing differently. */
export type ConflictPolicy = "upstream" | "local";

/** Which side the result follows. `both` is text that was merged line by line. */
export type Taken = "upstream" | "local" | "both";

/** One answer of a merge: what the three sides say at a place, and which of them the result follows. */
export interface Decision {
  /** Below the root of the package, with slashes. */
  file: string;
  /** Line in the local file before the update, where there is one; counts from 1. */
  line?: number;
  /** The object, for example `apps/Deployment default/web`; absent for a file that is no resource. */
  object?: string;
  kind?: string;
  /** Path of the field; absent where the whole object or file is meant. */
  field?: string;
  /** Undefined where the side has nothing there. Values of whole files and objects are not recorded. */
  base?: PlainValue | undefined;
  local?: PlainValue | undefined;
  upstream?: PlainValue | undefined;
  taken: Taken;
  /** Both sides changed the same thing, and not in the same way. */
  conflict: boolean;
  /** What happened where values don't say it, for example `removed upstream, changed locally`. */
  note?: string;
}

/** How many decisions of a merge follow upstream, keep what is local, or settle a conflict. */
export function countDecisions(decisions: readonly Decision[]): {
  upstream: number;
  local: number;
  conflicts: number;
} {
  const conflicts = decisions.filter(({ conflict }) => conflict).length;
  const local = decisions.filter(({ conflict, taken }) => !conflict && taken === "local").length;
  return { upstream: decisions.length - conflicts - local, local, conflicts };
}
