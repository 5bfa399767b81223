import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Beside the repository: recorded data that isn't part of it. */
const shared = resolve(import.meta.dirname, "../../../../shared");

/** All YAML and JSON files of the recorded data up to a size; undefined when the data isn't there. */
export function corpus(limit: number): { path: string; text: string }[] | undefined {
  if (!existsSync(shared)) return undefined;
  return readdirSync(shared, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(?:ya?ml|json)$|Kptfile$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({ path, text: readFileSync(path, "utf8") }))
    .filter(({ text }) => text.length <= limit);
}
