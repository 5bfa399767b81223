import { inFolder, kptfileName } from "../../package/folder.ts";
import { mergeKptfileAt } from "./kptfile.ts";
import type { StrategyInput } from "./strategy.ts";

/** Replaces everything but the Kptfile, which is merged, by what upstream has. */
export async function forceDeleteReplace(input: StrategyInput): Promise<void> {
  const { draft, folder, upstream, local, decisions } = input;
  mergeKptfileAt(input);
  for (const path of local.keys()) {
    if (path === kptfileName || upstream.has(path)) continue;
    draft.remove(inFolder(folder, path));
    decisions.push({
      file: inFolder(folder, path),
      taken: "upstream",
      conflict: false,
      note: "not upstream",
    });
  }
  for (const [path, { content, executable }] of upstream) {
    const place = inFolder(folder, path);
    if (path === kptfileName || draft.isBlocked(place)) continue;
    if (!local.get(path)?.content.equals(content)) {
      decisions.push({ file: place, taken: "upstream", conflict: false, note: "replaced" });
    }
    draft.write(place, content, executable);
  }
}
