import type { ConflictPolicy, Decision } from "../../merge/decision.ts";
import type { MergeLines } from "../../merge/files.ts";
import type { Draft, FileMap } from "../draft.ts";

/** What a strategy works on: one package, with its local subpackages but without remote ones. */
export interface StrategyInput {
  draft: Draft;
  /** The package's folder below the root; paths of files are below this one. */
  folder: string;
  base: FileMap;
  upstream: FileMap;
  local: FileMap;
  /** A package below the one that was fetched. */
  nested: boolean;
  onConflict: ConflictPolicy | undefined;
  decisions: Decision[];
  mergeLines: MergeLines;
  /** Takes a line that says how far a long merge is; the next one replaces it. */
  progress: (line: string) => void;
}

/** Brings the package in the draft up to date with upstream. Throws before the draft is written if it can't. */
export type Strategy = (input: StrategyInput) => Promise<void>;
