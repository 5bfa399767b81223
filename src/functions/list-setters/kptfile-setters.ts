import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import { rawData } from "../../sdk/config.ts";
import { childMap, childMaps, childText } from "../../sdk/nodes.ts";

const fields = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "upstream",
  "upstreamLock",
  "info",
  "pipeline",
  "inventory",
  "status",
]);

/**
 * The setters that the root package's Kptfile gives to apply-setters. Whatever keeps them from being found is
 * no error: then there are none. Throws an Error for a Kptfile that cannot be read.
 */
export function settersOfKptfile(list: ResourceList): Map<string, string> {
  const found = new Map<string, string>();
  const kptfile = list.items.find(item => list.places.get(item)?.path === "Kptfile");
  if (kptfile === undefined) return found;
  checkFields(kptfile);
  for (const mutator of childMaps(childMap(kptfile.node, "pipeline"), "mutators")) {
    if (!childText(mutator, "image")?.includes("apply-setters")) continue;
    const configPath = childText(mutator, "configPath");
    let given: Map<string, string>;
    if (childMap(mutator, "configMap") !== undefined) given = rawTexts(mutator);
    else {
      const config = list.items.find(item => configPath && list.places.get(item)?.path === configPath);
      if (config === undefined) return new Map();
      given = rawData(config);
    }
    for (const [name, value] of given) found.set(name, value);
  }
  return found;
}

function rawTexts(mutator: ReturnType<typeof childMaps>[number]): Map<string, string> {
  const texts = new Map<string, string>();
  const configMap = childMap(mutator, "configMap");
  for (const name of configMap?.keys() ?? []) texts.set(name, childText(configMap, name) ?? "");
  return texts;
}

/** The published function reads the Kptfile strictly, with the annotations on it that kpt sends along. */
function checkFields(kptfile: Resource): void {
  for (const { key, keyText } of kptfile.node.entries) {
    if (fields.has(keyText)) continue;
    const added = childMap(kptfile.node, "metadata", "annotations") === undefined ? 9 : 8;
    throw new Error(
      `unable to read Kptfile: invalid 'v1' Kptfile: yaml: unmarshal errors:\n  line ${key.position().line + added}: field ${keyText} not found in type v1.KptFile`,
    );
  }
}
