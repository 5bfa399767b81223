// What we promise and others have been seen to break: no object is lost, nothing is waited for in vain.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { cloneJson, isMap, listAt, mapAt, textAt, valueAt } from "../../src/core/json.ts";
import { KubeClient } from "../../src/kube/client.ts";
import type { Transport } from "../../src/kube/transport.ts";
import { definitionType, installDefinition, resourceGroupDefinition } from "../../src/live/inventory/crd.ts";
import { loadStream } from "../../src/live/load.ts";
import { configMaps, inventoryNames, inventoryStatuses, ownedNames } from "./bookkeeping.ts";
import { find, hurriedClock, needsSandbox, openCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

function dependent(namespace: string, name: string, on: string): JsonMap {
  const annotations = { "config.kubernetes.io/depends-on": `/namespaces/${namespace}/ConfigMap/${on}` };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, annotations } };
}

test("a dependency that somebody deleted doesn't keep its dependant from being pruned or destroyed", async () => {
  for (const isDestroyed of [false, true]) {
    const cluster = await openCluster();
    const { namespace } = cluster;
    const inventory = inventoryOf(namespace);
    const objects = [...configMaps(namespace, 2), dependent(namespace, "dependent", "cm-0")];
    await apply(cluster, packageOf(objects, inventory));
    const type = await cluster.client.discovery.find("v1", "ConfigMap");
    assert.ok(type !== undefined);
    await cluster.client.delete(type, namespace, "cm-0", {});
    if (isDestroyed) await destroy(cluster.again(), inventory);
    else await apply(cluster.again(), packageOf(objects.slice(1, 2), inventory));
    assert.deepEqual(await ownedNames(cluster.client, namespace), isDestroyed ? [] : ["ConfigMap/cm-1"]);
    await cluster.close();
  }
});

test("a destroy that has to leave an object keeps the inventory", async () => {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  await apply(cluster, packageOf(configMaps(namespace, 2), inventory));
  const type = await cluster.client.discovery.find("v1", "ConfigMap");
  assert.ok(type !== undefined);
  const theirs = { metadata: { annotations: { "config.k8s.io/owning-inventory": "other" } } };
  await cluster.client.patch(type, namespace, "cm-0", "merge", theirs);
  const { tally } = await destroy(cluster.again(), inventory);
  assert.equal(tally.counts.Delete.skipped, 1);
  assert.deepEqual(await inventoryNames(cluster.client, namespace), ["ConfigMap/cm-0"]);
  await cluster.close();
});

test("an object that is in the package twice is an error, and a list's items get their namespace", async () => {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  const twice = [...configMaps(namespace, 1), ...configMaps(namespace, 1, "other")];
  await assert.rejects(apply(cluster, packageOf(twice, inventory)), {
    message: `invalid object: "${namespace}_cm-0__ConfigMap": duplicate object: it is in the package twice`,
  });
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "item" } }],
  };
  const group = {
    apiVersion: "kpt.dev/v1alpha1",
    kind: "ResourceGroup",
    metadata: { name: "inv", namespace, labels: { "cli-utils.sigs.k8s.io/inventory-id": "test-id" } },
  };
  const loaded = loadStream(`${JSON.stringify(list)}\n---\n${JSON.stringify(group)}\n`);
  await apply(cluster.again(), loaded);
  assert.deepEqual(await ownedNames(cluster.client, namespace), ["ConfigMap/item"]);
  await destroy(cluster.again(), inventory);
  await cluster.close();
});

test("the inventory's status belongs to its generation, and is left out when asked", async () => {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  for (const count of [2, 3, 1]) {
    await apply(cluster.again(), packageOf(configMaps(namespace, count), inventory));
    const group = await find(cluster.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
    const generation = valueAt(group, "metadata", "generation");
    assert.equal(valueAt(group, "status", "observedGeneration"), generation);
  }
  await destroy(cluster.again(), inventory);
  await apply(cluster.again(), packageOf(configMaps(namespace, 1), inventory), { statusPolicy: "none" });
  assert.deepEqual(await inventoryStatuses(cluster.client, namespace), []);
  await destroy(cluster.again(), inventory);
  await cluster.close();
});

test("an apply that changes nothing writes nothing, the inventory included", async () => {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  for (const serverSide of [false, true]) {
    await apply(cluster.again(), packageOf(configMaps(namespace, 3), inventory), { serverSide });
    const version = async (): Promise<string> => {
      const group = await find(cluster.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
      return textAt(group, "metadata", "resourceVersion") ?? "";
    };
    const before = await version();
    const session = cluster.again();
    await apply(session, packageOf(configMaps(namespace, 3), inventory), { serverSide });
    assert.equal(await version(), before);
    // Discovery, the inventory at both ends, one list and one watch: nothing per object.
    assert.ok(session.client.requests <= 8, `${session.client.requests} requests`);
  }
  await destroy(cluster.again(), inventory);
  await cluster.close();
});

test("a workload that never becomes ready holds up neither strangers nor deletions", async () => {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  const broken: JsonMap = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "broken", namespace },
    spec: {
      selector: { matchLabels: { app: "broken" } },
      template: {
        metadata: { labels: { app: "broken" } },
        spec: { containers: [{ name: "main", image: "example.com/does-not-exist" }] },
      },
    },
  };
  await apply(cluster.again(), packageOf(configMaps(namespace, 2), inventory));
  const left = [...configMaps(namespace, 1), dependent(namespace, "dependent", "cm-0"), broken];
  const wanted = new Set(["apply dependent", "prune cm-1"]);
  const { outcome } = await apply(cluster, packageOf(left, inventory), {
    reconcileTimeoutMs: 0,
    onEvent: event => {
      if (event.type !== "apply" && event.type !== "prune") return;
      wanted.delete(`${event.type} ${event.id.name}`);
      if (wanted.size === 0) cluster.interrupt();
    },
  });
  assert.equal(outcome.isInterrupted, true);
  await destroy(cluster.again(), inventory);
  await cluster.close();
});

describe("a cluster that no other test uses", { skip: needsSandbox }, () => {
  test("an older definition of the inventory is brought up to date, a current one left alone", async () => {
    const cluster = await openCluster();
    const { client } = cluster;
    const type = await definitionType(client);
    const old = cloneJson(resourceGroupDefinition());
    const [version] = listAt(old, "spec", "versions").filter(isMap);
    const statuses = mapAt(version, "schema", "openAPIV3Schema", "properties", "status", "properties");
    assert.ok(statuses !== undefined && delete statuses["resourceStatuses"]);
    const live = await client.get(type, "", "resourcegroups.kpt.dev");
    await client.update(type, "", "resourcegroups.kpt.dev", { ...live, spec: mapAt(old, "spec") ?? {} });
    assert.equal(await installDefinition(cluster.again().client), true);
    assert.equal(await installDefinition(cluster.again().client), false);
    await cluster.close();
  });

  test("a namespace that can't be looked at is believed to be there", async () => {
    const cluster = await openCluster();
    const { namespace, sandbox } = cluster;
    sandbox?.inject({ status: 403, match: ({ path }) => path === `/api/v1/namespaces/${namespace}` });
    const { tally } = await apply(cluster, packageOf(configMaps(namespace, 1), inventoryOf(namespace)));
    assert.equal(tally.counts.Apply.successful, 1);
    await cluster.close();
  });

  test("objects of a group whose server doesn't answer stay on record", async () => {
    const cluster = await openCluster({ clientClock: hurriedClock });
    const { namespace, sandbox } = cluster;
    const inventory = inventoryOf(namespace);
    const deployment: JsonMap = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: { containers: [{ name: "c", image: "i:1" }] },
        },
      },
    };
    await apply(cluster, packageOf([...configMaps(namespace, 2), deployment], inventory));
    // Discovery group by group, as older servers have it, and one of them broken.
    sandbox?.inject({ status: 503, match: ({ path }) => path.startsWith("/apis/apps/v1") });
    const plain: Transport = {
      request: asked =>
        cluster.transport.request({ ...asked, headers: { ...asked.headers, accept: "application/json" } }),
      close: async () => undefined,
    };
    const client = new KubeClient(plain, { clock: hurriedClock });
    await apply({ ...cluster.again(), client }, packageOf(configMaps(namespace, 1), inventory));
    assert.deepEqual(await inventoryNames(cluster.client, namespace), ["ConfigMap/cm-0", "Deployment/web"]);
    await cluster.close();
  });
});
