import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertRight, configMaps, inventoryNames, ownedNames } from "./bookkeeping.ts";
import { needsSandbox, openCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

const count = Number(process.env["KPT_TEST_LARGE"] ?? 2_500);

describe("a large inventory", { skip: needsSandbox }, () => {
  test("is applied, found unchanged, shrunk and destroyed", async t => {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const { namespace, client } = cluster;
    const inventory = inventoryOf(namespace);
    const objects = configMaps(namespace, count);
    let since = performance.now();
    const lap = (what: string): void => {
      const now = performance.now();
      t.diagnostic(`${what}: ${Math.round(now - since)} ms`);
      since = now;
    };
    await apply(cluster, packageOf(objects, inventory));
    lap("first apply");
    await assertRight(client, namespace, objects);
    since = performance.now();
    const again = await apply(cluster.again(), packageOf(objects, inventory));
    lap("nothing changed");
    assert.ok(
      again.text.includes(`${count} resource(s) applied. 0 created, ${count} unchanged, 0 configured`),
    );
    const half = objects.slice(0, count / 2);
    since = performance.now();
    const shrunk = await apply(cluster.again(), packageOf(half, inventory));
    lap("half of it pruned");
    assert.ok(shrunk.text.includes(`${count - half.length} resource(s) pruned, 0 skipped, 0 failed`));
    assert.equal((await inventoryNames(client, namespace)).length, half.length);
    since = performance.now();
    const gone = await destroy(cluster.again(), inventory);
    lap("destroy");
    assert.ok(gone.text.includes(`${half.length} resource(s) deleted, 0 skipped, 0 failed`));
    assert.deepEqual(await ownedNames(client, namespace), []);
  });
});
