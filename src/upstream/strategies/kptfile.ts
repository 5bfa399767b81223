import { join } from "node:path";
import { mergeKptfile } from "../../merge/kptfile.ts";
import { inFolder, kptfileName } from "../../package/folder.ts";
import { peekKptfile } from "../remote-packages.ts";
import type { StrategyInput } from "./strategy.ts";

/** Merges the Kptfile of a package; `at` is its folder below the one the strategy works on. */
export function mergeKptfileAt(input: StrategyInput, at = ""): void {
  const { draft, folder, base, upstream, onConflict, decisions } = input;
  const place = at === "" ? folder : inFolder(folder, at);
  const path = inFolder(place, kptfileName);
  const shown = join(draft.directory, place);
  const sides = { base: peekKptfile(base, at, shown), upstream: peekKptfile(upstream, at, shown) };
  const local = draft.kptfile(place);
  if (local === undefined) {
    // A plain folder that became a package; one whose Kptfile was removed here stays a plain folder.
    const added = upstream.get(inFolder(at, kptfileName));
    if (sides.base === undefined && added !== undefined) draft.write(path, added.content, added.executable);
    return;
  }
  const nested = input.nested || at !== "";
  mergeKptfile(local, sides, { path, onConflict, decisions, nested });
  draft.write(path, local.toString());
}
