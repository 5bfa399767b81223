import { withoutPassword } from "../host/git.ts";
import type { UpstreamTree } from "./fetch.ts";

/** The lines git itself would print for a fetch that went over the network. */
export function fetchedLines({ upstream, ref, transferred }: UpstreamTree): string[] {
  if (!transferred) return [];
  const kind = ref.kind === "tag" ? "tag" : "branch";
  const name = ref.name.replace(/^refs\/(heads|tags)\//, "");
  return [
    `From ${oneLine(withoutPassword(upstream.repo))}`,
    ` * ${kind.padEnd(17)} ${oneLine(name).padEnd(10)} -> FETCH_HEAD`,
  ];
}

/** Warnings for what is never followed. */
export function ignoredLines({ ignored }: UpstreamTree): string[] {
  return ignored.map(({ path, kind }) => `[Warn] Ignoring ${kind} "${oneLine(path)}" `);
}

/** Text of a package or an address on one line: a line feed in a name must not fake a message. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
