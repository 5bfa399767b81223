import type { Resource } from "../../core/resource.ts";
import { scopeOf } from "../../core/schema/scope.ts";
import { MapNode, ScalarNode, SeqNode, type YamlNode } from "../../core/yaml/node.ts";
import { reachableFields } from "../../sdk/field-spec.ts";
import { childMap, childText, follow } from "../../sdk/nodes.ts";
import { isNamespaced } from "../../sdk/scope.ts";
import { type ReferenceTable, references } from "./references.ts";

/** What an item was called before. */
export interface Renamed {
  item: Resource;
  oldName: string;
}

/** Lets references follow the items that have new names, by kind, old name and namespace. */
export function followNames(items: readonly Resource[], renamed: readonly Renamed[]): void {
  for (const table of references) {
    const targets = new Targets(table, renamed);
    if (targets.isEmpty) continue;
    for (const item of items) {
      for (const spec of table.fields) {
        for (const { parent, key, path } of reachableFields(spec, item)) {
          if (path[0] === "roleRef" && childText(parent, "kind") !== table.kind) continue;
          rewrite(follow(parent.get(key)), item, targets);
        }
      }
    }
  }
}

/** Scalars name something in the item's namespace; mappings (subjects, services) say the namespace themselves. */
function rewrite(node: YamlNode | undefined, item: Resource, targets: Targets): void {
  if (node instanceof SeqNode) for (const each of node.items) rewrite(follow(each), item, targets);
  else if (node instanceof ScalarNode) {
    const name = targets.newName(node.text, isNamespaced(item) ? namespaceOf(item.namespace) : undefined);
    if (name !== undefined && name !== node.text) node.setValue(name);
  } else if (node instanceof MapNode) {
    const kind = childText(node, "kind");
    if (kind !== undefined && kind !== targets.kind) return;
    const text = childText(node, "name") ?? "";
    const name = targets.newName(text, namespaceOf(childText(node, "namespace")));
    if (name !== undefined && name !== text) node.set("name", name);
  }
}

function namespaceOf(namespace: string | undefined): string {
  return namespace || "default";
}

class Targets {
  readonly kind: string;
  readonly #byName = new Map<string, { namespace: string | undefined; newName: string }[]>();

  constructor(table: ReferenceTable, renamed: readonly Renamed[]) {
    this.kind = table.kind;
    for (const { item, oldName } of renamed) {
      if (item.kind !== table.kind) continue;
      if (table.group !== undefined && table.group !== item.group) continue;
      if (table.version !== undefined && table.version !== item.version) continue;
      const isCluster = scopeOf(item.apiVersion, item.kind) === "cluster";
      const namespace = isCluster ? undefined : namespaceOf(item.namespace);
      const known = this.#byName.get(oldName) ?? [];
      known.push({ namespace, newName: childText(childMap(item.node, "metadata"), "name") ?? "" });
      this.#byName.set(oldName, known);
    }
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /** The new name of what was called so in a namespace; undefined where nothing was. */
  newName(oldName: string, namespace: string | undefined): string | undefined {
    const names = new Set(
      this.#byName
        .get(oldName)
        ?.filter(
          each => each.namespace === undefined || namespace === undefined || each.namespace === namespace,
        )
        .map(each => each.newName),
    );
    if (names.size > 1)
      throw new Error(
        `several objects were called ${JSON.stringify(oldName)}: it is not clear which is meant`,
      );
    return [...names][0];
  }
}
