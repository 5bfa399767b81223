import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parseYaml } from "../core/yaml/parse.ts";
import { readSmallFile } from "../host/small-file.ts";

/** The names of the contexts in the kubeconfig files, for completion: what can't be read is passed over. */
export function contextNames(env: Readonly<Record<string, string | undefined>>): string[] {
  const listed = env["KUBECONFIG"]?.split(delimiter).filter(Boolean) ?? [];
  const files = listed.length > 0 ? listed : [join(env["HOME"] ?? homedir(), ".kube/config")];
  return [...new Set(files.flatMap(namesIn))].sort();
}

function namesIn(file: string): string[] {
  try {
    const root = parseYaml(readSmallFile(file).toString("utf8"), { file }).documents[0]?.root;
    const contexts = root?.kind === "map" ? root.get("contexts") : undefined;
    if (contexts?.kind !== "seq") return [];
    return contexts.items.flatMap(item => (item.kind === "map" ? (item.text("name") ?? []) : []));
  } catch {
    return [];
  }
}
