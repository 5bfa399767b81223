import { inFolder, kptfileName } from "../../package/folder.ts";
import { mergeKptfileAt } from "./kptfile.ts";
import type { StrategyInput } from "./strategy.ts";

/** Copies upstream's files over the local ones; files that upstream never had stay. */
export async function copyMerge(input: StrategyInput): Promise<void> {
  const { draft, folder, base, upstream, local, decisions } = input;
  mergeKptfileAt(input);
  for (const [path, { content, executable }] of upstream) {
    const place = inFolder(folder, path);
    if (path === kptfileName || draft.isBlocked(place)) continue;
    const present = local.get(path);
    if (present?.content.equals(content)) continue;
    decisions.push({
      file: place,
      taken: "upstream",
      conflict: false,
      note: present ? "replaced" : "added upstream",
    });
    draft.write(place, content, executable);
  }
  for (const path of base.keys()) {
    if (path === kptfileName || upstream.has(path) || !local.has(path)) continue;
    decisions.push({
      file: inFolder(folder, path),
      taken: "upstream",
      conflict: false,
      note: "removed upstream",
    });
    draft.remove(inFolder(folder, path));
  }
}
