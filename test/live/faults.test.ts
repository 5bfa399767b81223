import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { readResourceGroup } from "../../src/live/inventory/inventory.ts";
import { annotation } from "../../src/live/plan/identity.ts";
import type { Session } from "../../src/live/session.ts";
import { find, hurriedClock, needsSandbox, openCluster, type TestCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

function configMaps(namespace: string, count: number, value = "v"): JsonMap[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `cm-${index}`, namespace },
    data: { key: value },
  }));
}

/** Numbers that look random and are the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

async function inventoryNames(session: Session, namespace: string): Promise<string[]> {
  const group = await find(session.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
  return readResourceGroup(group ?? {})
    .ids.map(id => id.name)
    .sort();
}

async function ownedNames(session: Session, namespace: string): Promise<string[]> {
  const type = await session.client.discovery.find("v1", "ConfigMap");
  assert.ok(type !== undefined);
  const { items } = await session.client.list(type, namespace);
  return items
    .filter(item => annotation(item, "config.k8s.io/owning-inventory") !== undefined)
    .map(item => String((item["metadata"] as JsonMap)["name"]))
    .sort();
}

const open = (): Promise<TestCluster> => openCluster({ clientClock: hurriedClock });

describe("a cluster in trouble", { skip: needsSandbox }, () => {
  for (const share of [0.05, 0.2]) {
    test(`${share * 100} % of bad answers leave objects and inventory right`, async () => {
      const cluster = await open();
      const { namespace } = cluster;
      const roll = dice(7);
      const kinds = [
        { status: 429, retryAfterSeconds: 1 },
        { status: 500 },
        { status: 503 },
        { reset: "before" as const },
        { reset: "after" as const },
        { cutAfter: 20 },
      ];
      for (const [index, kind] of kinds.entries()) {
        cluster.sandbox?.inject({ ...kind, match: () => roll() < share / (kinds.length - index) });
      }
      const objects = configMaps(namespace, 60);
      const { text } = await apply(cluster, packageOf(objects, inventoryOf(namespace)));
      assert.match(text, /60 resource\(s\) applied\. \d+ created, \d+ unchanged, \d+ configured, 0 failed/);
      assert.match(text, /60 resource\(s\) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out/);
      const session = cluster.again();
      assert.equal((await inventoryNames(session, namespace)).length, 60);
      assert.deepEqual(await ownedNames(session, namespace), await inventoryNames(session, namespace));
      await destroy(cluster.again(), inventoryOf(namespace));
      assert.deepEqual(await ownedNames(cluster.again(), namespace), []);
      await cluster.close();
    });
  }

  test("watches that break off, and a history that is forgotten, hold nothing up", async () => {
    const cluster = await open();
    const { namespace, sandbox } = cluster;
    const deployment: JsonMap = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: { containers: [{ name: "main", image: "example.com/web:1" }] },
        },
      },
    };
    const { tally } = await apply(cluster, packageOf([deployment], inventoryOf(namespace)), {
      reconcileTimeoutMs: 0,
      onEvent: event => {
        if (event.type !== "status") return;
        sandbox?.compact();
        sandbox?.cutWatches();
      },
    });
    assert.equal(tally.counts.Wait.successful, 1);
    await cluster.close();
  });

  test("where watching is forbidden, lists are read again", async () => {
    const cluster = await open();
    const { namespace, sandbox } = cluster;
    sandbox?.inject({ status: 403, match: request => request.path.includes("watch=true") });
    const job: JsonMap = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "job", namespace },
      spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i:1" }] } } },
    };
    const { tally } = await apply(cluster, packageOf([job], inventoryOf(namespace)), {
      reconcileTimeoutMs: 0,
    });
    assert.equal(tally.counts.Wait.successful, 1);
    await cluster.close();
  });

  test("where lists are forbidden, objects are read one by one", async () => {
    const cluster = await open();
    const { namespace, sandbox } = cluster;
    sandbox?.inject({
      status: 403,
      match: ({ method, path }) => method === "GET" && /\/configmaps(\?|$)/.test(path),
    });
    const { tally } = await apply(cluster, packageOf(configMaps(namespace, 3), inventoryOf(namespace)));
    assert.equal(tally.counts.Wait.successful, 3);
    await cluster.close();
  });

  test("a create whose answer is lost counts as created", async () => {
    const cluster = await open();
    const { namespace, sandbox } = cluster;
    sandbox?.inject({
      reset: "after",
      times: 1,
      match: ({ method, path }) => method === "POST" && path.includes("/configmaps"),
    });
    const { text } = await apply(cluster, packageOf(configMaps(namespace, 1), inventoryOf(namespace)));
    assert.match(text, /^configmap\/cm-0 created$/m);
    await cluster.close();
  });

  test("an object of unknown fate stays in the inventory", async () => {
    const cluster = await open();
    const { namespace, sandbox } = cluster;
    const stop = sandbox?.inject({
      reset: "after",
      match: ({ path }) => path.includes("/configmaps/cm-0") || /POST.*configmaps/.test(`${path}`),
    });
    const back = sandbox?.inject({
      reset: "after",
      match: ({ method, path }) => method === "POST" && path.includes("/configmaps"),
    });
    const { text, tally } = await apply(cluster, packageOf(configMaps(namespace, 1), inventoryOf(namespace)));
    stop?.();
    back?.();
    assert.equal(tally.counts.Apply.failed, 1, text);
    assert.deepEqual(await inventoryNames(cluster.again(), namespace), ["cm-0"]);
    const again = await apply(cluster.again(), packageOf(configMaps(namespace, 1), inventoryOf(namespace)));
    assert.match(again.text, /^configmap\/cm-0 unchanged$/m);
    await cluster.close();
  });
});

test("an interrupted apply records what it has done, and the next one goes on", async () => {
  const cluster = await open();
  const { namespace } = cluster;
  let seen = 0;
  const { outcome, text } = await apply(
    cluster,
    packageOf(configMaps(namespace, 40), inventoryOf(namespace)),
    {
      parallelism: 4,
      onEvent: event => {
        if (event.type === "apply" && ++seen === 10) cluster.interrupt();
      },
    },
  );
  assert.equal(outcome.isInterrupted, true);
  assert.match(text, /^\d+ resource\(s\) applied\. \d+ created, 0 unchanged, 0 configured, 0 failed$/m);
  const session = cluster.again();
  const owned = await ownedNames(session, namespace);
  assert.ok(owned.length >= 10 && owned.length < 40, `${owned.length} objects`);
  assert.deepEqual(await inventoryNames(session, namespace), owned);
  const again = await apply(session, packageOf(configMaps(namespace, 40), inventoryOf(namespace)));
  assert.match(again.text, /40 resource\(s\) reconciled/);
  assert.equal((await inventoryNames(cluster.again(), namespace)).length, 40);
  await destroy(cluster.again(), inventoryOf(namespace));
  await cluster.close();
});

test("two applies at once lose nothing", async () => {
  const cluster = await open();
  const { namespace } = cluster;
  const mine = configMaps(namespace, 20);
  const theirs = configMaps(namespace, 40).slice(20);
  const run = (objects: JsonMap[]) =>
    apply(cluster.again(), packageOf(objects, inventoryOf(namespace))).catch(thrown => thrown);
  await Promise.all([run(mine), run(theirs)]);
  const session = cluster.again();
  const known = new Set(await inventoryNames(session, namespace));
  for (const name of await ownedNames(session, namespace)) assert.ok(known.has(name), `${name} is orphaned`);
  await destroy(cluster.again(), inventoryOf(namespace));
  assert.deepEqual(await ownedNames(cluster.again(), namespace), []);
  await cluster.close();
});

test("an inventory of another package is refused by every command", async () => {
  const cluster = await open();
  const { namespace } = cluster;
  await apply(cluster, packageOf(configMaps(namespace, 1), inventoryOf(namespace, "mine")));
  const refusal = {
    message: `inventory-id of inventory object in cluster doesn't match provided id "other"`,
  };
  const other = inventoryOf(namespace, "other");
  await assert.rejects(apply(cluster.again(), packageOf(configMaps(namespace, 1), other)), refusal);
  await assert.rejects(destroy(cluster.again(), other), refusal);
  await destroy(cluster.again(), inventoryOf(namespace, "mine"));
  await cluster.close();
});

test("an emptied package prunes nothing unless the limit allows it", async () => {
  const cluster = await open();
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  await apply(cluster, packageOf(configMaps(namespace, 3), inventory));
  await assert.rejects(apply(cluster.again(), packageOf([], inventory)), {
    message:
      /^the package holds no objects, and applying it would prune all 3 objects of its inventory:\n- configmap\/cm-2 in /,
    hint: "nothing was changed; run again with --prune-limit=3 to allow it",
  });
  await assert.rejects(
    apply(cluster.again(), packageOf(configMaps(namespace, 1), inventory), { pruneLimit: 1 }),
    { message: /would prune 2 objects, the limit is 1/ },
  );
  assert.equal((await ownedNames(cluster.again(), namespace)).length, 3);
  const { text } = await apply(cluster.again(), packageOf([], inventory), { pruneLimit: 3 });
  assert.match(text, /3 resource\(s\) pruned/);
  await cluster.close();
});
