import assert from "node:assert/strict";
import type { JsonMap } from "../../src/core/json.ts";
import { isMap, listAt, textAt } from "../../src/core/json.ts";
import type { ResourceId } from "../../src/core/resource-id.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { readResourceGroup } from "../../src/live/inventory/inventory.ts";
import { annotation } from "../../src/live/plan/identity.ts";
import { find } from "./cluster.ts";

const followed = [
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["v1", "Service"],
  ["apps/v1", "Deployment"],
] as const;

export function configMaps(namespace: string, count: number, value = "v", first = 0): JsonMap[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `cm-${first + index}`, namespace },
    data: { key: value },
  }));
}

/** What the inventory remembers, sorted. */
export async function inventoryNames(client: KubeClient, namespace: string, name = "inv"): Promise<string[]> {
  const group = await find(client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, name);
  return readResourceGroup(group ?? {})
    .ids.map(nameOf)
    .sort();
}

/** The objects of a namespace that belong to an inventory, sorted. */
export async function ownedNames(client: KubeClient, namespace: string): Promise<string[]> {
  const names: string[] = [];
  for (const [apiVersion, kind] of followed) {
    const type = await client.discovery.find(apiVersion, kind);
    if (type === undefined) continue;
    const { items } = await client.list(type, namespace);
    for (const item of items) {
      if (annotation(item, "config.k8s.io/owning-inventory") === undefined) continue;
      names.push(`${kind}/${textAt(item, "metadata", "name") ?? ""}`);
    }
  }
  return names.sort();
}

function nameOf({ kind, name }: ResourceId): string {
  return `${kind}/${name}`;
}

/** What each object's status in the inventory says, `Kind/name actuation reconcile`. */
export async function inventoryStatuses(client: KubeClient, namespace: string): Promise<string[]> {
  const group = await find(client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
  return listAt(group, "status", "resourceStatuses")
    .filter(isMap)
    .map(one =>
      ["kind", "name", "strategy", "actuation", "reconcile"].map(field => textAt(one, field)).join(" "),
    )
    .sort();
}

/** Nothing is in the cluster that the inventory doesn't know. */
export async function assertNoOrphans(client: KubeClient, namespace: string, note = ""): Promise<void> {
  const known = new Set(await inventoryNames(client, namespace));
  const orphans = (await ownedNames(client, namespace)).filter(name => !known.has(name));
  assert.deepEqual(orphans, [], `orphans ${note}`);
}

/** Exactly these objects are there and on record, each as applied and reconciled. */
export async function assertRight(
  client: KubeClient,
  namespace: string,
  objects: readonly JsonMap[],
  note = "",
): Promise<void> {
  const names = objects
    .map(object => `${textAt(object, "kind")}/${textAt(object, "metadata", "name")}`)
    .sort();
  assert.deepEqual(await ownedNames(client, namespace), names, `objects ${note}`);
  assert.deepEqual(await inventoryNames(client, namespace), names, `inventory ${note}`);
  assert.deepEqual(
    await inventoryStatuses(client, namespace),
    names.map(name => `${name.replace("/", " ")} Apply Succeeded Succeeded`),
    `statuses ${note}`,
  );
}
