import { withoutPassword } from "../host/git.ts";
import type { UpstreamTree } from "./fetch.ts";

/** The lines git itself would print for a fetch that went over the network. */
export function fetchedLines({ upstream, ref, transferred }: UpstreamTree): string[] {
  if (!transferred) return [];
  const kind = ref.kind === "tag" ? "tag" : "branch";
  const name = ref.name.replace(/^refs\/(heads|tags)\//, "");
  return [`From ${withoutPassword(upstream.repo)}`, ` * ${kind.padEnd(17)} ${name.padEnd(10)} -> FETCH_HEAD`];
}

/** Warnings for what is never followed. */
export function ignoredLines({ ignored }: UpstreamTree): string[] {
  return ignored.map(({ path, kind }) => `[Warn] Ignoring ${kind} "${path}" `);
}
