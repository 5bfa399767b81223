import { KptError } from "../core/error.ts";
import { parseImage } from "./image.ts";

/** Where the tags of an image can be asked for; an unreachable place counts as one without tags. */
export type TagSource = (repository: string) => Promise<readonly string[]>;

/**
 * The image that a `tag` field selects: an exact version or a plain tag is taken as written, a range picks the highest
 * version that somebody has (spec: fn 3.7). Tag and digest in `image` give way.
 */
export async function resolveTag(
  image: string,
  tag: string,
  sources: readonly TagSource[],
  warn: (message: string) => void,
): Promise<string> {
  const repository = parseImage(image)?.repository ?? image;
  const { default: semver } = await import("semver");
  if (semver.valid(tag) !== null) return `${repository}:${tag}`;
  const range = semver.validRange(masterminds(tag));
  if (range === null || !/[0-9*xX]/.test(tag)) return `${repository}:${plainTag(tag, warn)}`;
  for (const source of sources) {
    const best = highest(semver, await source(repository), range);
    if (best !== undefined) return `${repository}:${best}`;
  }
  throw new KptError(
    "FUNCTION_RUNTIME",
    `no tag could be found matching the version constraint ${JSON.stringify(tag)}`,
    { label: "Error" },
  );
}

type Semver = typeof import("semver");

function highest(semver: Semver, tags: readonly string[], range: string): string | undefined {
  let best: { tag: string; version: string } | undefined;
  for (const tag of tags) {
    if (tag.startsWith("sha256-") || tag.includes("-git-")) continue;
    const version =
      semver.valid(tag) ?? (/^v?\d+(\.\d+)?$/.test(tag) ? semver.coerce(tag)?.version : undefined);
    if (version === undefined || version === null || !semver.satisfies(version, range)) continue;
    if (best === undefined || semver.gt(version, best.version)) best = { tag, version };
  }
  return best?.tag;
}

/** What Masterminds/semver writes differently: a comma means and, `!=` has no counterpart and is rare. */
function masterminds(range: string): string {
  return range.replaceAll(",", " ").replace(/=>/g, ">=").replace(/=</g, "<=");
}

function plainTag(tag: string, warn: (message: string) => void): string {
  if (!/^\w[\w.-]{0,127}$/.test(tag)) {
    throw new KptError(
      "USAGE",
      `\`function.tag\` ${JSON.stringify(tag)} must be a valid image tag: must start with an alphanumeric character or underscore, followed by at most 127 alphanumeric characters, underscores, periods, or dashes`,
      { label: "Error" },
    );
  }
  warn(`${JSON.stringify(tag)} is neither a version nor a range of versions, it is used as it is`);
  return tag;
}
