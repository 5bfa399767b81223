import { definitionOf } from "../core/schema/lookup.ts";
import type { PatchStrategy, Schema } from "../core/schema/schema.ts";
import type { MapEntry, YamlNode } from "../core/yaml/node.ts";

/**
 * The schema that a comment on a field gives to it, as kustomize reads it: `# {"$ref": "#/definitions/…"}` or
 * `# {"items": {…}, "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}`.
 */
export function schemaInComment(entry: MapEntry | undefined): Schema | undefined {
  if (entry === undefined || entry.value.kind === "scalar" || !mayHaveSchemas(entry.value)) return undefined;
  for (const comment of [entry.keyComment, entry.lineComment, entry.headComment]) {
    const json = comment === undefined ? null : /^#\s*(\{.*\})\s*$/.exec(comment);
    if (json?.[1] === undefined) continue;
    const schema = readSchema(parse(json[1]));
    if (schema !== undefined) return schema;
  }
  return undefined;
}

const sources = new WeakMap<object, boolean>();

/** Hardly any file has such comments; one look at its text tells. */
function mayHaveSchemas({ source }: YamlNode): boolean {
  if (source === undefined) return false;
  const known = sources.get(source);
  if (known !== undefined) return known;
  const found = /#\s*\{/.test(source.text);
  sources.set(source, found);
  return found;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function readSchema(value: unknown): Schema | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const facts = new Map<string, unknown>(Object.entries(value));
  const ref = facts.get("$ref");
  if (typeof ref === "string") return definitionOf(ref.replace(/^#\/definitions\//, ""));
  const strategy = facts.get("x-kubernetes-patch-strategy");
  const key = facts.get("x-kubernetes-patch-merge-key");
  if (facts.get("type") !== "array" && !facts.has("items")) return undefined;
  return {
    type: "array",
    items: readSchema(facts.get("items")),
    patchStrategy: typeof strategy === "string" ? strategy.split(",").filter(isStrategy) : undefined,
    patchMergeKey: typeof key === "string" ? key : undefined,
  };
}

function isStrategy(word: string): word is PatchStrategy {
  return word === "merge" || word === "replace" || word === "retainKeys";
}
