import { isUtf8 } from "node:buffer";
import { crdSchemas } from "../core/schema/crd.ts";
import type { ObjectSchema } from "../core/schema/schema.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import type { UpstreamFile } from "./fetch.ts";

/** The schemas of the custom resources that some files define; the first definition of a type counts. */
export function crdsIn(
  files: readonly UpstreamFile[],
): (apiVersion: string, kind: string) => ObjectSchema | undefined {
  const definitions: unknown[] = [];
  for (const { path, content } of files) {
    if (!/\.ya?ml$/.test(path) || !content.includes("CustomResourceDefinition") || !isUtf8(content)) continue;
    definitions.push(...definitionsIn(content.toString("utf8")));
  }
  const schemas = crdSchemas(definitions);
  return (apiVersion, kind) => schemas.schemaOf(apiVersion, kind);
}

function definitionsIn(text: string): unknown[] {
  try {
    return parseYaml(text).documents.flatMap(({ root }) =>
      root?.kind === "map" && root.text("kind") === "CustomResourceDefinition" ? [root.toJS()] : [],
    );
  } catch {
    // Whoever merges the file says what is wrong with it.
    return [];
  }
}
