import type { ResourceId } from "../../core/resource-id.ts";

export const dependsOnAnnotation = "config.kubernetes.io/depends-on";

/** Reads the value of a depends-on annotation. Throws an Error whose text says which reference is wrong. */
export function parseDependsOn(value: string): ResourceId[] {
  return value.split(",").map((part, index) => {
    try {
      return parseReference(part.trim());
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Error(`failed to parse object reference (index: ${index}): ${reason}`);
    }
  });
}

function parseReference(text: string): ResourceId {
  const fields = text.split("/");
  if (fields.length === 3) {
    const [group = "", kind = "", name = ""] = fields;
    return { group, kind, namespace: "", name };
  }
  if (fields.length !== 5) {
    throw new Error(`expected 3 or 5 fields, found ${fields.length}: ${JSON.stringify(text)}`);
  }
  const [group = "", literal = "", namespace = "", kind = "", name = ""] = fields;
  if (literal !== "namespaces") throw new Error(`missing "namespaces" field: ${JSON.stringify(text)}`);
  return { group, kind, namespace, name };
}
