/** A ref with one of these signs can't name a tag or branch of git's; it is meant as a range of versions. */
const rangeSigns = /[\^~*<>= ]|(^|\.)[xX](\.|$)|\|\|/;

export function looksLikeRange(ref: string): boolean {
  return rangeSigns.test(ref) && /\d|\*|x/i.test(ref);
}

/**
 * The tag with the highest version in the range. Tags of the package's own directory (`a/b/v1.2.0`) count before
 * those of the folders around it and of the repository.
 */
export async function bestTag(
  tags: Iterable<string>,
  prefixes: readonly string[],
  range: string,
): Promise<string | undefined> {
  const { default: semver } = await import("semver");
  const wanted = semver.validRange(range, { loose: true });
  if (wanted === null) return undefined;
  const all = [...tags];
  for (const prefix of prefixes) {
    let best: { tag: string; version: string } | undefined;
    for (const tag of all) {
      if (!tag.startsWith(prefix)) continue;
      const text = tag.slice(prefix.length);
      // `v1` and `v1.2` are common names; git hosts and other tools read them as v1.0.0 and v1.2.0.
      const version = semver.valid(/^v?\d+(\.\d+)?$/.test(text) ? semver.coerce(text) : text, {
        loose: true,
      });
      if (version === null || !semver.satisfies(version, wanted)) continue;
      if (best === undefined || semver.gt(version, best.version)) best = { tag, version };
    }
    if (best) return best.tag;
  }
  return undefined;
}
