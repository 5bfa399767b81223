/** Annotations that kpt itself puts on resources while they travel through functions (spec: fn 1.2). */
export const internalPrefix = "internal.config.kubernetes.io/";
export const legacyPrefix = "config.kubernetes.io/";

export const names = {
  path: `${internalPrefix}path`,
  index: `${internalPrefix}index`,
  seqindent: `${internalPrefix}seqindent`,
  packagePath: `${internalPrefix}package-path`,
  legacyPath: `${legacyPrefix}path`,
  legacyIndex: `${legacyPrefix}index`,
  migrationId: `${internalPrefix}annotations-migration-resource-id`,
  id: `${internalPrefix}id`,
  legacyId: "config.k8s.io/id",
  selectionId: `${internalPrefix}kpt-resource-id`,
} as const;

/** All of them; they never reach a file. */
export const travelling: ReadonlySet<string> = new Set(Object.values(names));

export type Travelling = ReadonlyMap<string, string>;

/** Whether a list speaks of paths in the new spelling, the old one or both; what comes out speaks as what went in. */
export interface Dialect {
  internal: boolean;
  legacy: boolean;
}

const inconsistent = "the annotation formatting in the input resources is not consistent";

/** Throws an Error with kpt's text when items of one list disagree. */
export function dialectOf(inputs: Iterable<Travelling>): Dialect {
  let found: Dialect | undefined;
  for (const each of inputs) {
    const internal = each.has(names.path) || each.has(names.index);
    const legacy = each.has(names.legacyPath) || each.has(names.legacyIndex);
    if (!internal && !legacy) continue;
    found ??= { internal, legacy };
    if (found.internal !== internal || found.legacy !== legacy) throw new Error(inconsistent);
  }
  return found ?? { internal: true, legacy: true };
}

const pairs = [
  { internal: names.path, legacy: names.legacyPath, what: "path" },
  { internal: names.index, legacy: names.legacyIndex, what: "index" },
] as const;

/**
 * Brings the two spellings of path and index together after a function: the one that the function changed wins. Throws
 * an Error with kpt's text when it changed both to different values.
 */
export function settle(after: Map<string, string>, before: Travelling | undefined, dialect: Dialect): void {
  for (const { internal, legacy, what } of pairs) {
    const now = { internal: after.get(internal), legacy: after.get(legacy) };
    if (now.internal === undefined && now.legacy !== undefined) after.set(internal, now.legacy);
    else if (now.legacy === undefined && now.internal !== undefined) after.set(legacy, now.internal);
    else if (now.internal !== undefined && now.legacy !== undefined && now.internal !== now.legacy) {
      const internalChanged = now.internal !== before?.get(internal);
      const legacyChanged = now.legacy !== before?.get(legacy);
      if (internalChanged === legacyChanged) {
        throw new Error(`resource input to function has mismatched legacy and internal ${what} annotations`);
      }
      if (internalChanged) after.set(legacy, now.internal);
      else after.set(internal, now.legacy);
    }
    if (!dialect.internal) after.delete(internal);
    if (!dialect.legacy) after.delete(legacy);
  }
}
