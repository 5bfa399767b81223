import type { CatalogFunction } from "./catalog-function.ts";

interface Entry {
  name: string;
  aliases?: readonly string[];
  load: () => Promise<{ fn: CatalogFunction }>;
}

/** One line per function: nothing of a function is loaded before it is asked for. */
const entries: readonly Entry[] = [
  {
    name: "annotate-apply-time-mutations",
    load: () => import("./annotate-apply-time-mutations/function.ts"),
  },
  { name: "apply-replacements", load: () => import("./apply-replacements/function.ts") },
  { name: "apply-setters", load: () => import("./apply-setters/function.ts") },
  { name: "create-setters", load: () => import("./create-setters/function.ts") },
  { name: "delete-annotations", load: () => import("./delete-annotations/function.ts") },
  { name: "enable-gcp-services", load: () => import("./enable-gcp-services/function.ts") },
  { name: "ensure-name-substring", load: () => import("./ensure-name-substring/function.ts") },
  { name: "kubeconform", load: () => import("./kubeconform/function.ts") },
  { name: "kubeval", load: () => import("./kubeval/function.ts") },
  {
    name: "remove-local-config-resources",
    load: () => import("./remove-local-config-resources/function.ts"),
  },
  { name: "search-replace", load: () => import("./search-replace/function.ts") },
  {
    name: "set-annotations",
    aliases: ["set-annotation"],
    load: () => import("./set-annotations/function.ts"),
  },
  {
    name: "set-enforcement-action",
    load: () => import("./set-enforcement-action/function.ts"),
  },
  { name: "set-image", load: () => import("./set-image/function.ts") },
  { name: "set-labels", aliases: ["set-label"], load: () => import("./set-labels/function.ts") },
  { name: "set-namespace", load: () => import("./set-namespace/function.ts") },
  { name: "set-project-id", load: () => import("./set-project-id/function.ts") },
  { name: "upsert-resource", load: () => import("./upsert-resource/function.ts") },
];

const byName = new Map<string, Entry>();
for (const entry of entries) {
  for (const name of [entry.name, ...(entry.aliases ?? [])]) byName.set(name, entry);
}

/** The names of all functions, without their aliases. */
export const functionNames: readonly string[] = entries.map(entry => entry.name);

/** The function of a name or alias: the last element of an image's path, without tag. */
export async function loadFunction(name: string): Promise<CatalogFunction | undefined> {
  const entry = byName.get(name);
  return entry === undefined ? undefined : (await entry.load()).fn;
}
