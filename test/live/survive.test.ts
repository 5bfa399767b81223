import { type TestContext, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { type Clock, systemClock } from "../../src/kube/clock.ts";
import { createHttpsTransport } from "../../src/kube/https.ts";
import type { Session } from "../../src/live/session.ts";
import { assertRight, configMaps, ownedNames } from "./bookkeeping.ts";
import { openCluster, realKubeconfig, type TestCluster } from "./cluster.ts";
import { FaultProxy, faultKinds, type Troublemaker, troublemaker } from "./fault-proxy.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

/** The rarer kind is for the sandbox alone: a real server takes its time. */
const shares = realKubeconfig === undefined ? [0.05, 0.2] : [0.2];

/** A day takes half an hour; what has an order in time keeps it. */
const hurry = 50;
const fastClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / hurry, signal),
};

function deployment(namespace: string, name: string): JsonMap {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "example.com/web:1" }] },
      },
    },
  };
}

/** Sixty objects, and what becomes of them: ten go, ten come, twenty change. */
function versions(namespace: string): [JsonMap[], JsonMap[]] {
  const workloads = ["a", "b"].map(name => deployment(namespace, name));
  return [
    [...configMaps(namespace, 58), ...workloads],
    [...configMaps(namespace, 20, "new", 10), ...configMaps(namespace, 38, "v", 30), ...workloads],
  ];
}

interface Through {
  proxy: FaultProxy;
  /** A new session each: a command of its own. */
  session(): Session;
}

async function through(t: TestContext, cluster: TestCluster, troubleOf: Troublemaker): Promise<Through> {
  const proxy = new FaultProxy(cluster.transport, troubleOf);
  await proxy.come();
  const transport = createHttpsTransport({
    server: new URL(proxy.url),
    contextName: "",
    namespace: cluster.namespace,
    hasExplicitNamespace: false,
    requestTimeoutMs: 0,
    skipTlsVerify: false,
    tlsServerName: undefined,
    credentials: async () => ({ headers: {} }),
  });
  t.after(async () => {
    await transport.close();
    await proxy.close();
    await cluster.close();
  });
  return {
    proxy,
    session: () => {
      const { signal } = new AbortController();
      const client = new KubeClient(transport, { clock: fastClock, signal });
      return { client, namespace: cluster.namespace, hasExplicitNamespace: false, signal };
    },
  };
}

/** Apply, apply the next version, destroy: objects and inventory must be right after each. */
async function wholeLife(cluster: TestCluster, { session }: Through): Promise<void> {
  const { namespace } = cluster;
  const inventory = inventoryOf(namespace);
  const calm = cluster.again().client;
  for (const [index, objects] of versions(namespace).entries()) {
    await apply(session(), packageOf(objects, inventory), { reconcileTimeoutMs: 0, pruneTimeoutMs: 0 });
    await assertRight(calm, namespace, objects, `after version ${index + 1}`);
  }
  await destroy(session(), inventory, { deleteTimeoutMs: 0 });
  if ((await ownedNames(calm, namespace)).length > 0) throw new Error("destroy has left something");
}

for (const kind of Object.keys(faultKinds)) {
  for (const share of shares) {
    test(`${kind}, ${share * 100} % of requests: objects and inventory are right in the same run`, async t => {
      const cluster = await openCluster();
      const opened = await through(t, cluster, troublemaker(kind, share, 11));
      await wholeLife(cluster, opened);
    });
  }
}

test("a server that is away for five seconds holds a run up, no more", async t => {
  const cluster = await openCluster();
  const opened = await through(t, cluster, ({ count }) => {
    if (count % 40 !== 0) return undefined;
    void opened.proxy.leave();
    void fastClock.sleep(5_000).then(() => opened.proxy.come());
    return { reset: "before" };
  });
  await wholeLife(cluster, opened);
});
