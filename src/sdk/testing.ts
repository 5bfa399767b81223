import { Resource } from "../core/resource.ts";
import {
  FunctionError,
  type ItemPlace,
  type ResourceList,
  type Result,
  resourceList,
} from "../core/resource-list.ts";
import type { YamlDocument, YamlFile } from "../core/yaml/file.ts";
import { MapNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { stringify } from "../core/yaml/print.ts";

/** What came of running a function on files. */
export interface Outcome {
  /** Set where the function failed; the files are then of no meaning. */
  failed: FunctionError | undefined;
  /** All files with items, by path. */
  files: Map<string, string>;
  results: Result[];
}

interface Runnable {
  run(list: ResourceList, call: { tag: string; log(text: string): void }): void | Promise<void>;
}

/**
 * Runs a function on files given as texts, as kpt would on a package: each file keeps the bytes that the function
 * did not change; new items get files named after them.
 *
 * @example
 * const { files } = await runOnFiles(fn, { "a.yaml": text }, { config: "kind: ConfigMap\n…" });
 */
export async function runOnFiles(
  fn: Runnable,
  input: Readonly<Record<string, string>>,
  options: { config?: string | undefined; tag?: string } = {},
): Promise<Outcome> {
  const files = new Map<string, YamlFile>();
  const places = new Map<Resource, ItemPlace>();
  const documents = new Map<Resource, { file: YamlFile; document: YamlDocument }>();
  for (const [path, text] of Object.entries(input)) {
    const file = parseYaml(text, { file: path });
    files.set(path, file);
    for (const document of file.documents) {
      if (!(document.root instanceof MapNode)) continue;
      const item = new Resource(document.root);
      const index = [...places.values()].filter(place => place.path === path).length;
      places.set(item, { path, index });
      documents.set(item, { file, document });
    }
  }
  const root = parseYaml(options.config ?? "").documents[0]?.root;
  const functionConfig = root instanceof MapNode ? new Resource(root) : undefined;
  const list = resourceList([...places.keys()], { functionConfig, places });
  let failed: FunctionError | undefined;
  try {
    await fn.run(list, { tag: options.tag ?? "latest", log: () => {} });
  } catch (thrown) {
    if (!(thrown instanceof FunctionError)) throw thrown;
    failed = thrown;
  }
  const kept = new Set(list.items);
  for (const [item, { file, document }] of documents) if (!kept.has(item)) file.remove(document);
  const texts = new Map<string, string>();
  for (const [path, file] of files) if (file.documents.length > 0) texts.set(path, file.toString());
  for (const item of list.items) {
    if (documents.has(item)) continue;
    const path = list.places.get(item)?.path ?? defaultPath(item);
    const present = texts.get(path);
    texts.set(path, present === undefined ? stringify(item.node) : `${present}---\n${stringify(item.node)}`);
  }
  return { failed, files: texts, results: list.results };
}

/** Where kpt writes an item that names no file. */
function defaultPath(item: Resource): string {
  const folder = item.namespace ? `${item.namespace}/` : "";
  return `${folder}${item.kind.toLowerCase()}_${item.name}.yaml`;
}
