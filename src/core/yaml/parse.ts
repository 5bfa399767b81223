import { YamlFile } from "./file.ts";
import { readDocuments } from "./read.ts";
import { SourceText } from "./source.ts";

/**
 * Reads all documents of a text; JSON is YAML in braces. Throws KptError YAML_SYNTAX with the place, also for
 * keys that come twice. `indentSeq` is the style of new lists in a text that has none.
 */
export function parseYaml(
  text: string,
  options: { file?: string; indentSeq?: "wide" | "compact" } = {},
): YamlFile {
  const source = new SourceText(text, options.file, options.indentSeq);
  return new YamlFile(source, readDocuments(source));
}
