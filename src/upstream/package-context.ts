import { isUtf8 } from "node:buffer";
import { messageOf } from "../core/error.ts";
import { Resource } from "../core/resource.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { packageContext } from "../package/init.ts";
import type { UpstreamFile } from "./fetch.ts";
import { oneLine } from "./messages.ts";

const packageContextFile = "package-context.yaml";
const contextName = "kptfile.kpt.dev";

/**
 * Makes a package an instance of its own: its context says its name, and the contexts of the packages it was made of
 * go away. Returns warnings for files that could not be read.
 */
export function setPackageContext(files: Map<string, UpstreamFile>, name: string): string[] {
  const warnings: string[] = [];
  for (const file of [...files.values()]) {
    if (!/\.(ya?ml|json)$/.test(file.path) || !file.content.includes(contextName)) continue;
    try {
      const text = withoutContext(file.content);
      if (text === "") files.delete(file.path);
      else if (text !== undefined) files.set(file.path, { ...file, content: Buffer.from(text) });
    } catch (error) {
      const why = messageOf(error).split("\n")[0] ?? "";
      warnings.push(`[Warn] Not customized "${oneLine(file.path)}": ${why} `);
    }
  }
  const content = Buffer.from(packageContext(name));
  files.set(packageContextFile, { path: packageContextFile, content, executable: false });
  return warnings;
}

/** The text without contexts; empty when nothing else was in the file, undefined when there was none. */
function withoutContext(content: Buffer): string | undefined {
  if (!isUtf8(content)) throw new Error("not valid UTF-8");
  const yaml = parseYaml(content.toString("utf8"));
  const found = yaml.documents.filter(({ root }) => {
    if (root?.kind !== "map") return false;
    const { apiVersion, kind, name } = new Resource(root);
    return apiVersion === "v1" && kind === "ConfigMap" && name === contextName;
  });
  if (found.length === 0) return undefined;
  for (const document of found) yaml.remove(document);
  return yaml.documents.some(({ root }) => root !== undefined) ? yaml.toString() : "";
}
