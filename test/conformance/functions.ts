import { functionNames } from "../../src/functions/index.ts";

/** Names in recorded cases that stand for no function of the catalog: cases about missing images. */
const standIns = new Set(["dne", "not-exist", "foo", "bar", "pull", "my-func"]);

/** Says which of the images a case needs are not in the catalogue yet; nothing when all are there. */
export function missingFunctions(images: readonly string[]): string | undefined {
  const names = images.map(image => (image.split("@")[0] ?? "").replace(/^.*\//, "").replace(/:.*$/, ""));
  const missing = [...new Set(names)].filter(name => !standIns.has(name) && !functionNames.includes(name));
  return missing.length === 0 ? undefined : `no such function yet: ${missing.join(", ")}`;
}
