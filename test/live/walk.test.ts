import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { readResourceGroup } from "../../src/live/inventory/inventory.ts";
import { watchStatus } from "../../src/live/status-package.ts";
import { create, find, openCluster, type TestCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

const label = (app: string): JsonMap => ({ app });

function service(namespace: string, name: string, annotations: JsonMap = {}): JsonMap {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, annotations },
    spec: { selector: label(name), ports: [{ port: 80 }] },
  };
}

function workload(kind: string, namespace: string, name: string, annotations: JsonMap = {}): JsonMap {
  const template = {
    metadata: { labels: label(name) },
    spec: { containers: [{ name: "main", image: "example.com/main:1" }] },
  };
  const serviceName = kind === "StatefulSet" ? { serviceName: name } : {};
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace, annotations },
    spec: { ...serviceName, replicas: 1, selector: { matchLabels: label(name) }, template },
  };
}

function claim(namespace: string, name: string): JsonMap {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
}

/** Lines with the order of `reconciled` ones, which depends on timing, made the same everywhere. */
function settled(text: string): string[] {
  const lines = text.trimEnd().split("\n");
  const result: string[] = [];
  let block: string[] = [];
  for (const line of [...lines, ""]) {
    if (line.endsWith(" reconciled")) block.push(line);
    else {
      result.push(...block.sort(), line);
      block = [];
    }
  }
  return result.slice(0, -1);
}

describe("the wordpress package", () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await openCluster();
  });
  after(() => cluster.close());

  const objects = (namespace: string): JsonMap[] => [
    workload("Deployment", namespace, "wordpress"),
    service(namespace, "wordpress"),
    claim(namespace, "wp-pv-claim"),
    workload("Deployment", namespace, "wordpress-mysql"),
    service(namespace, "wordpress-mysql"),
    claim(namespace, "mysql-pv-claim"),
  ];
  const names = [
    "service/wordpress",
    "service/wordpress-mysql",
    "deployment.apps/wordpress",
    "deployment.apps/wordpress-mysql",
    "persistentvolumeclaim/mysql-pv-claim",
    "persistentvolumeclaim/wp-pv-claim",
  ];

  test("a dry run shows what would be created and creates nothing", async () => {
    const { namespace } = cluster;
    const loaded = packageOf(objects(namespace), inventoryOf(namespace));
    const { text } = await apply(cluster, loaded, { dryRun: "client" });
    assert.deepEqual(text.trimEnd().split("\n"), [
      ...names.map(name => `${name} created`),
      "6 resource(s) applied. 6 created, 0 unchanged, 0 configured, 0 failed",
      "0 resource(s) pruned, 0 skipped, 0 failed",
    ]);
    assert.equal(await find(cluster.client, "v1", "Service", namespace, "wordpress"), undefined);
  });

  test("apply creates, tells and waits as the book shows", async () => {
    const { namespace } = cluster;
    const { text } = await apply(cluster, packageOf(objects(namespace), inventoryOf(namespace)));
    assert.deepEqual(settled(text), [
      ...names.map(name => `${name} created`),
      "6 resource(s) applied. 6 created, 0 unchanged, 0 configured, 0 failed",
      ...names.map(name => `${name} reconcile pending`),
      ...names.map(name => `${name} reconciled`).sort(),
      "6 resource(s) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out",
    ]);
    const group = await find(cluster.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
    assert.equal(readResourceGroup(group ?? {}).ids.length, 6);
  });

  test("applying the same again changes nothing and sends no object", async () => {
    const { namespace } = cluster;
    const session = cluster.again();
    const { text } = await apply(session, packageOf(objects(namespace), inventoryOf(namespace)));
    assert.match(text, /6 resource\(s\) applied\. 0 created, 6 unchanged, 0 configured, 0 failed\n/);
    // discovery 2, inventory 1 read and 2 status writes, lists 3, watches at most 5
    assert.ok(session.client.requests <= 14, `${session.client.requests} requests`);
  });

  test("status lists the objects in the order of apply", async () => {
    const { namespace } = cluster;
    const group = await find(cluster.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
    const lines: string[] = [];
    const inventory = { name: "inv", ids: readResourceGroup(group ?? {}).ids };
    const options = { until: "known", timeoutMs: 0, order: "apply" } as const;
    const isReached = await watchStatus(cluster.again(), [inventory], options, ({ id, tree }) => {
      lines.push(`${id.kind}/${id.name} ${tree.status}: ${tree.message}`);
    });
    assert.equal(isReached, true);
    assert.deepEqual(lines, [
      "Service/wordpress Current: Service is ready",
      "Service/wordpress-mysql Current: Service is ready",
      "Deployment/wordpress Current: Deployment is available. Replicas: 1",
      "Deployment/wordpress-mysql Current: Deployment is available. Replicas: 1",
      "PersistentVolumeClaim/mysql-pv-claim Current: PVC is Bound",
      "PersistentVolumeClaim/wp-pv-claim Current: PVC is Bound",
    ]);
  });

  test("an object that left the package is pruned", async () => {
    const { namespace } = cluster;
    const fewer = objects(namespace).slice(0, 5);
    const { text } = await apply(cluster.again(), packageOf(fewer, inventoryOf(namespace)));
    assert.match(text, /^persistentvolumeclaim\/mysql-pv-claim pruned$/m);
    assert.match(text, /^1 resource\(s\) pruned, 0 skipped, 0 failed to prune$/m);
    assert.match(text, /^6 resource\(s\) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out$/m);
    const gone = await find(cluster.client, "v1", "PersistentVolumeClaim", namespace, "mysql-pv-claim");
    assert.equal(gone, undefined);
  });

  test("destroy goes the other way round and takes the inventory along", async () => {
    const { namespace } = cluster;
    const { text } = await destroy(cluster.again(), inventoryOf(namespace));
    const left = names.filter(name => name !== "persistentvolumeclaim/mysql-pv-claim").reverse();
    assert.deepEqual(settled(text), [
      ...left.map(name => `${name} deleted`),
      "5 resource(s) deleted, 0 skipped, 0 failed to delete",
      ...left.map(name => `${name} reconcile pending`),
      ...left.map(name => `${name} reconciled`).sort(),
      "5 resource(s) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out",
    ]);
    assert.equal(
      await find(cluster.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv"),
      undefined,
    );
  });
});

describe("the wordpress package with dependencies", () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await openCluster();
  });
  after(() => cluster.close());

  const objects = (namespace: string): JsonMap[] => {
    const needs = {
      "config.kubernetes.io/depends-on": `apps/namespaces/${namespace}/StatefulSet/wordpress-mysql`,
    };
    return [
      workload("Deployment", namespace, "wordpress", needs),
      service(namespace, "wordpress", needs),
      workload("StatefulSet", namespace, "wordpress-mysql"),
      service(namespace, "wordpress-mysql"),
    ];
  };

  test("what others need comes first, on the way back last", async () => {
    const { namespace } = cluster;
    const inventory = inventoryOf(namespace);
    const applied = await apply(cluster, packageOf(objects(namespace), inventory));
    assert.deepEqual(settled(applied.text), [
      "service/wordpress-mysql created",
      "statefulset.apps/wordpress-mysql created",
      "service/wordpress-mysql reconcile pending",
      "statefulset.apps/wordpress-mysql reconcile pending",
      "service/wordpress-mysql reconciled",
      "statefulset.apps/wordpress-mysql reconciled",
      "service/wordpress created",
      "deployment.apps/wordpress created",
      "4 resource(s) applied. 4 created, 0 unchanged, 0 configured, 0 failed",
      "service/wordpress reconcile pending",
      "deployment.apps/wordpress reconcile pending",
      "deployment.apps/wordpress reconciled",
      "service/wordpress reconciled",
      "4 resource(s) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out",
    ]);
    const destroyed = await destroy(cluster.again(), inventory);
    const lines = settled(destroyed.text).filter(line => !line.endsWith(" pending"));
    assert.deepEqual(lines, [
      "deployment.apps/wordpress deleted",
      "service/wordpress deleted",
      "deployment.apps/wordpress reconciled",
      "service/wordpress reconciled",
      "statefulset.apps/wordpress-mysql deleted",
      "service/wordpress-mysql deleted",
      "4 resource(s) deleted, 0 skipped, 0 failed to delete",
      "service/wordpress-mysql reconciled",
      "statefulset.apps/wordpress-mysql reconciled",
      "4 resource(s) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out",
    ]);
  });
});

test("a package brings its own namespace and that of its inventory", async () => {
  const cluster = await openCluster();
  const namespace = `${cluster.namespace}-own`;
  const objects: JsonMap[] = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace }, data: { k: "v" } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  ];
  const { text } = await apply(cluster, packageOf(objects, inventoryOf(namespace)), { output: "release" });
  assert.match(text, /apply result: 2 attempted, 2 successful, 0 skipped, 0 failed\n/);
  await destroy(cluster.again(), inventoryOf(namespace));
  await cluster.close();
});

test("objects of others are left alone", async () => {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const object: JsonMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace } };
  await create(cluster.client, object);
  const { text, tally } = await apply(cluster, packageOf([object], inventoryOf(namespace)));
  assert.match(
    text,
    /^configmap\/a apply skipped: inventory policy prevented actuation \(strategy: Apply, status: Empty, policy: MustMatch\)$/m,
  );
  assert.equal(tally.broken, false);
  const again = cluster.again();
  const adopted = await apply(again, packageOf([object], inventoryOf(namespace)), { policy: "adopt" });
  assert.match(adopted.text, /^configmap\/a configured$/m);
  await cluster.close();
});
