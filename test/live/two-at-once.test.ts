import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { KubeClient } from "../../src/kube/client.ts";
import { systemClock } from "../../src/kube/clock.ts";
import type { Transport } from "../../src/kube/transport.ts";
import type { Session } from "../../src/live/session.ts";
import { assertNoOrphans, assertRight, configMaps, ownedNames } from "./bookkeeping.ts";
import { create, hurriedClock, openCluster, realKubeconfig, type TestCluster } from "./cluster.ts";
import { dice } from "./fault-proxy.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

const rounds = realKubeconfig === undefined ? 25 : 8;

/** Answers come after a while, and each command is slow in its own way: orders that never come up by themselves. */
function dawdling(inner: Transport, roll: () => number): Transport {
  return {
    async request(asked) {
      for (let turns = Math.floor(roll() * 6); turns > 0; turns--) await new Promise(setImmediate);
      const answer = await inner.request(asked);
      for (let turns = Math.floor(roll() * 6); turns > 0; turns--) await new Promise(setImmediate);
      return /[?&]watch=true/.test(asked.path) ? { ...answer, body: late(answer.body, roll) } : answer;
    },
    close: async () => undefined,
  };
}

/** What happens is heard of some milliseconds later, as over a network: longer than hurried pauses take. */
async function* late(body: AsyncIterable<Uint8Array>, roll: () => number): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await systemClock.sleep(roll() * 8);
    yield chunk;
  }
}

describe("two commands at once", () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await openCluster({ clientClock: hurriedClock });
  });
  after(() => cluster.close());

  async function inEveryOrder(
    check: (one: Session, other: Session, namespace: string, note: string) => Promise<void>,
  ): Promise<void> {
    for (let seed = 1; seed <= rounds; seed++) {
      const namespace = `${cluster.namespace}-${count++}`;
      await create(cluster.client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      const [one, other] = [seed, seed * 7 + 3].map((own): Session => {
        const { signal } = new AbortController();
        const transport = dawdling(cluster.transport, dice(own));
        const client = new KubeClient(transport, { clock: hurriedClock, signal });
        return { client, namespace, hasExplicitNamespace: false, signal };
      });
      if (one !== undefined && other !== undefined) await check(one, other, namespace, `seed ${seed}`);
    }
  }
  let count = 0;

  test("two applies of one package are both right", async () => {
    await inEveryOrder(async (one, other, namespace, note) => {
      const objects = configMaps(namespace, 6);
      const runs = [one, other].map(session => apply(session, packageOf(objects, inventoryOf(namespace))));
      for (const { tally } of await Promise.all(runs)) assert.equal(tally.broken, false, note);
      await assertRight(cluster.client, namespace, objects, note);
    });
  });

  test("two versions of a package leave nothing that the inventory doesn't know", async () => {
    await inEveryOrder(async (one, other, namespace, note) => {
      const inventory = inventoryOf(namespace);
      await apply(cluster.again(), packageOf(configMaps(namespace, 4, "v", 2), inventory));
      const [mine, theirs] = [configMaps(namespace, 6), configMaps(namespace, 6, "new", 3)];
      await Promise.all([
        apply(one, packageOf(mine, inventory)).catch(told),
        apply(other, packageOf(theirs, inventory)).catch(told),
      ]);
      await assertNoOrphans(cluster.client, namespace, note);
      await apply(cluster.again(), packageOf(mine, inventory));
      await assertRight(cluster.client, namespace, mine, note);
    });
  });

  test("an apply during a destroy leaves nothing that the inventory doesn't know", async () => {
    await inEveryOrder(async (one, other, namespace, note) => {
      const inventory = inventoryOf(namespace);
      await apply(cluster.again(), packageOf(configMaps(namespace, 4), inventory));
      await Promise.all([
        apply(one, packageOf(configMaps(namespace, 6, "new", 2), inventory)).catch(told),
        destroy(other, inventory).catch(told),
      ]);
      await assertNoOrphans(cluster.client, namespace, note);
      await destroy(cluster.again(), inventory);
      assert.deepEqual(await ownedNames(cluster.client, namespace), [], note);
    });
  });
});

/** The loser of a race may say so, in one sentence, and end. */
function told(thrown: unknown): void {
  assert.match(String(thrown), /^(Kpt)?Error: task failed \(action: "Inventory"/);
}
