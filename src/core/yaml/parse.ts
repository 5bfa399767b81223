import type { YamlFile } from "./file.ts";

/** Reads all documents of a text. Throws KptError YAML_SYNTAX with the place. */
export function parseYaml(_text: string, _options?: { file?: string }): YamlFile {
  throw new Error("not built yet");
}
