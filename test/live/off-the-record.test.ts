import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { KubeClient } from "../../src/kube/client.ts";
import type { KubeRequest, Transport } from "../../src/kube/transport.ts";
import type { Session } from "../../src/live/session.ts";
import { assertNoOrphans, configMaps, inventoryNames, ownedNames } from "./bookkeeping.ts";
import { create, hurriedClock, openCluster, type TestCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

/** Somebody else's work at the first such request; `watch` sees each request before the server does. */
interface Meddling {
  isIt(asked: KubeRequest): boolean;
  when: "before" | "after";
  work(): Promise<unknown>;
  watch?(asked: KubeRequest): Promise<void>;
}

function meddled(inner: Transport, { isIt, when, work, watch }: Meddling): Transport {
  let isDone = false;
  return {
    async request(asked) {
      await watch?.(asked);
      const isNow = !isDone && isIt(asked);
      isDone ||= isNow;
      if (isNow && when === "before") await work();
      const answer = await inner.request(asked);
      if (isNow && when === "after") await work();
      return answer;
    },
    close: async () => undefined,
  };
}

const isCreation = ({ method, path }: KubeRequest): boolean =>
  method === "POST" && path.includes("/configmaps");

describe("another run takes off the record what is being made", () => {
  let cluster: TestCluster;
  let namespace: string;
  let count = 0;
  before(async () => {
    cluster = await openCluster({ clientClock: hurriedClock });
  });
  after(() => cluster.close());

  const freshNamespace = async (): Promise<string> => {
    const name = `${cluster.namespace}-${count++}`;
    await create(cluster.client, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    return name;
  };
  /** Seconds pass between any two looks at the clock. */
  const sessionWith = (meddling: Meddling): Session => {
    const { signal } = new AbortController();
    let passed = 0;
    const clock = { ...hurriedClock, now: () => Date.now() + 2_000 * passed++ };
    const client = new KubeClient(meddled(cluster.transport, meddling), { clock, signal });
    return { client, namespace, hasExplicitNamespace: false, signal };
  };

  for (const ending of ["apply", "destroy"] as const) {
    test(`what comes into being while ${ending} drops it is on record again`, async () => {
      namespace = await freshNamespace();
      const inventory = inventoryOf(namespace);
      const [kept, dropped] = [configMaps(namespace, 1), configMaps(namespace, 1, "v", 7)];
      await apply(cluster.again(), packageOf([...kept, ...dropped], inventory));
      const type = await cluster.client.discovery.find("v1", "ConfigMap");
      assert.ok(type);
      const { metadata, ...rest } = await cluster.client.get(type, namespace, "cm-7");
      const { annotations } = metadata as JsonMap;
      const made: JsonMap = {
        ...rest,
        metadata: { name: "cm-7", namespace, annotations: annotations ?? {} },
      };
      // The other run looked at the record a moment ago, and is killed after this.
      const session = sessionWith({
        isIt: ({ method, path }) => method !== "GET" && path.includes("/resourcegroups/"),
        when: "before",
        work: () => create(cluster.client, made),
      });
      if (ending === "apply") await apply(session, packageOf(kept, inventory));
      else await destroy(session, inventory);
      assert.equal((await ownedNames(cluster.client, namespace)).at(-1), "ConfigMap/cm-7");
      await assertNoOrphans(cluster.client, namespace);
    });
  }

  test("what was dropped is on record again before it comes into being", async () => {
    namespace = await freshNamespace();
    const inventory = inventoryOf(namespace);
    const objects = configMaps(namespace, 2);
    const later = objects[1]?.["metadata"] as JsonMap;
    later["annotations"] = {
      "config.kubernetes.io/depends-on": `/namespaces/${namespace}/ConfigMap/cm-0`,
    };
    const known: string[][] = [];
    const session = sessionWith({
      isIt: isCreation,
      when: "after",
      work: async () => {
        const type = await cluster.client.discovery.find("kpt.dev/v1alpha1", "ResourceGroup");
        assert.ok(type);
        const group = await cluster.client.get(type, namespace, inventory.name);
        await cluster.client.update(type, namespace, inventory.name, { ...group, spec: {} });
      },
      watch: async asked => {
        if (isCreation(asked)) known.push(await inventoryNames(cluster.client, namespace));
      },
    });
    await apply(session, packageOf(objects, inventory));
    assert.equal(known.length, 2);
    assert.deepEqual(known[1], ["ConfigMap/cm-0", "ConfigMap/cm-1"]);
  });
});
