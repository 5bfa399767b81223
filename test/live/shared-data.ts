import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

const folder = resolve(import.meta.dirname, "../../../../shared/conformance");

/** Recorded data lies beside the repository; where it doesn't, tests that need it say so and are skipped. */
export const withoutData = existsSync(folder) ? false : `no recorded data in ${folder}`;

// biome-ignore lint/suspicious/noExplicitAny: recorded data, read by tests alone
export function recorded(path: string): any {
  if (withoutData) return [];
  return parse(readFileSync(join(folder, path), "utf8"), { maxAliasCount: -1 });
}
