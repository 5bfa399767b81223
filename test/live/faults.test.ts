import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { configMaps, inventoryNames, ownedNames } from "./bookkeeping.ts";
import { hurriedClock, needsSandbox, openCluster, type TestCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

const open = (): Promise<TestCluster> => openCluster({ clientClock: hurriedClock });

describe("a cluster in trouble", { skip: needsSandbox }, () => {
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
    assert.deepEqual(await inventoryNames(cluster.again().client, namespace), ["ConfigMap/cm-0"]);
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
  const owned = await ownedNames(session.client, namespace);
  assert.ok(owned.length >= 10 && owned.length < 40, `${owned.length} objects`);
  assert.deepEqual(await inventoryNames(session.client, namespace), owned);
  const again = await apply(session, packageOf(configMaps(namespace, 40), inventoryOf(namespace)));
  assert.match(again.text, /40 resource\(s\) reconciled/);
  assert.equal((await inventoryNames(cluster.again().client, namespace)).length, 40);
  await destroy(cluster.again(), inventoryOf(namespace));
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
  assert.equal((await ownedNames(cluster.again().client, namespace)).length, 3);
  const { text } = await apply(cluster.again(), packageOf([], inventory), { pruneLimit: 3 });
  assert.match(text, /3 resource\(s\) pruned/);
  await cluster.close();
});
