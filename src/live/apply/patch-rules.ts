import type { Schema } from "../../core/schema/schema.ts";
import type { FieldRule, PatchRules } from "./three-way.ts";

/** How the server merges the fields of a built-in kind; undefined for kinds that know no strategic merge. */
export async function patchRules(apiVersion: string, kind: string): Promise<PatchRules | undefined> {
  const { schemaOf } = await import("../../core/schema/lookup.ts");
  const root = schemaOf(apiVersion, kind);
  if (root === undefined) return undefined;
  const known = new Map<string, FieldRule | undefined>();
  return path => {
    const key = path.join("\n");
    if (known.has(key)) return known.get(key);
    const rule = ruleAt(root, path);
    known.set(key, rule);
    return rule;
  };
}

function ruleAt(root: Schema, path: readonly string[]): FieldRule | undefined {
  let at: Schema | undefined = root;
  for (const name of path) {
    if (at?.items !== undefined) at = at.items;
    const extra: Schema | boolean | undefined = at?.additionalProperties;
    at = at?.properties?.get(name) ?? (typeof extra === "object" ? extra : undefined);
    if (at === undefined) return undefined;
  }
  const strategies: readonly string[] = at.patchStrategy ?? [];
  return {
    merge: strategies.includes("merge"),
    key: at.patchMergeKey,
    retainKeys: strategies.includes("retainKeys"),
  };
}
