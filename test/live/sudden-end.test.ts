import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { KubeClient } from "../../src/kube/client.ts";
import type { KubeRequest, KubeResponse, Transport } from "../../src/kube/transport.ts";
import type { Session } from "../../src/live/session.ts";
import {
  assertNoOrphans,
  assertRight,
  configMaps,
  inventoryNames,
  inventoryStatuses,
  ownedNames,
} from "./bookkeeping.ts";
import { create, find, hurriedClock, openCluster, realKubeconfig, type TestCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf } from "./packages.ts";

/** On a real server only some moments: each takes its time there. */
const stride = realKubeconfig === undefined ? 1 : 4;

/** Something happens at the n-th request: before the server sees it, or when it has acted on it. */
class Moment implements Transport {
  readonly #inner: Transport;
  readonly #at: number;
  readonly #when: "before" | "after";
  readonly #isDeadly: boolean;
  #count = 0;
  #open = 0;
  hasCome = false;
  #idle: () => void = () => undefined;
  /** It has come, and nothing is under way any more. */
  readonly come: Promise<void>;
  onMoment: () => void = () => undefined;

  constructor(inner: Transport, at: number, when: "before" | "after", isDeadly: boolean) {
    this.#inner = inner;
    this.#at = at;
    this.#when = when;
    this.#isDeadly = isDeadly;
    this.come = new Promise(resolve => {
      this.#idle = () => resolve();
    });
  }

  async request(asked: KubeRequest): Promise<KubeResponse> {
    const isIt = ++this.#count === this.#at;
    if (isIt && this.#when === "before") this.#happen();
    if (this.#isDead) return await never();
    this.#open++;
    let answer: KubeResponse;
    try {
      answer = await this.#inner.request(asked);
    } finally {
      this.#open--;
    }
    if (isIt && this.#when === "after") this.#happen();
    if (this.#isDead) {
      this.#settle();
      return await never();
    }
    return { ...answer, body: this.#whileAlive(answer.body) };
  }

  async close(): Promise<void> {}

  get #isDead(): boolean {
    return this.hasCome && this.#isDeadly;
  }

  #happen(): void {
    this.hasCome = true;
    this.onMoment();
    this.#settle();
  }

  #settle(): void {
    if (this.#open === 0) this.#idle();
  }

  async *#whileAlive(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      if (this.#isDead) await never();
      yield chunk;
    }
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function sessionOver(transport: Transport, namespace: string, signal: AbortSignal): Session {
  return {
    client: new KubeClient(transport, { clock: hurriedClock, signal }),
    namespace,
    hasExplicitNamespace: false,
    signal,
  };
}

describe("a run that ends at any moment", () => {
  let cluster: TestCluster;
  let calm: Session;
  let count = 0;
  before(async () => {
    cluster = await openCluster({ clientClock: hurriedClock });
    calm = cluster.again();
  });
  after(() => cluster.close());

  const freshNamespace = async (): Promise<string> => {
    const name = `${cluster.namespace}-${count++}`;
    await create(calm.client, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    return name;
  };

  /** Four objects, one after another in pairs; then one goes, one comes, one changes. */
  const versions = (namespace: string): [JsonMap[], JsonMap[]] => {
    const chained = (value: string): JsonMap => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "chained",
        namespace,
        annotations: { "config.kubernetes.io/depends-on": `/namespaces/${namespace}/ConfigMap/cm-1` },
      },
      data: { value },
    });
    return [
      [...configMaps(namespace, 3), chained("old")],
      [...configMaps(namespace, 3, "v", 1), chained("new")],
    ];
  };

  /** Runs something with a moment at every request that it makes; `check` looks at what is left. */
  async function atEveryRequest(
    isDeadly: boolean,
    prepare: (namespace: string) => Promise<unknown>,
    run: (session: Session, namespace: string) => Promise<unknown>,
    check: (namespace: string, note: string) => Promise<void>,
  ): Promise<void> {
    for (const when of ["before", "after"] as const) {
      for (let at = 1; ; at += stride) {
        const namespace = await freshNamespace();
        await prepare(namespace);
        const moment = new Moment(cluster.transport, at, when, isDeadly);
        const stop = new AbortController();
        if (!isDeadly) moment.onMoment = () => stop.abort();
        const running = run(sessionOver(moment, namespace, stop.signal), namespace);
        // Only Ctrl-C lets a run end by itself; it may say that it didn't come to its start.
        const ended = running.catch(thrown => {
          assert.ok(thrown?.code === "ABORTED" || thrown?.name === "AbortError", `${at}: ${thrown?.stack}`);
        });
        await Promise.race([moment.come, ended]);
        if (!isDeadly) await ended;
        await check(namespace, `${when} request ${at}`);
        if (!moment.hasCome) break;
      }
    }
  }

  test("killed while it creates: nothing is lost, the next apply puts all right", async () => {
    await atEveryRequest(
      true,
      async () => undefined,
      (session, namespace) => apply(session, packageOf(versions(namespace)[0], inventoryOf(namespace))),
      async (namespace, note) => {
        await assertNoOrphans(calm.client, namespace, note);
        const [objects] = versions(namespace);
        await apply(cluster.again(), packageOf(objects, inventoryOf(namespace)));
        await assertRight(calm.client, namespace, objects, note);
      },
    );
  });

  const applyFirst = (namespace: string) =>
    apply(cluster.again(), packageOf(versions(namespace)[0], inventoryOf(namespace)));
  const applySecond = (session: Session, namespace: string) =>
    apply(session, packageOf(versions(namespace)[1], inventoryOf(namespace)));

  test("killed while it changes and prunes: nobody is called pending that isn't", async () => {
    await atEveryRequest(true, applyFirst, applySecond, async (namespace, note) => {
      await assertNoOrphans(calm.client, namespace, note);
      assert.doesNotMatch((await inventoryStatuses(calm.client, namespace)).join("\n"), /Pending/, note);
      const [, objects] = versions(namespace);
      await applySecond(cluster.again(), namespace);
      await assertRight(calm.client, namespace, objects, note);
    });
  });

  test("killed while it destroys: the next destroy takes the rest and the inventory", async () => {
    await atEveryRequest(
      true,
      applyFirst,
      (session, namespace) => destroy(session, inventoryOf(namespace)),
      async (namespace, note) => {
        await assertNoOrphans(calm.client, namespace, note);
        await destroy(cluster.again(), inventoryOf(namespace));
        assert.deepEqual(await ownedNames(calm.client, namespace), [], note);
        const left = await find(calm.client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "inv");
        assert.equal(left, undefined, note);
      },
    );
  });

  test("interrupted while it creates: exactly what is there is on record", async () => {
    await atEveryRequest(
      false,
      async () => undefined,
      (session, namespace) => apply(session, packageOf(versions(namespace)[0], inventoryOf(namespace))),
      async (namespace, note) => {
        const there = await ownedNames(calm.client, namespace);
        assert.deepEqual(await inventoryNames(calm.client, namespace), there, note);
      },
    );
  });

  test("interrupted while it changes and prunes: objects and inventory agree, the next apply goes on", async () => {
    await atEveryRequest(false, applyFirst, applySecond, async (namespace, note) => {
      await assertNoOrphans(calm.client, namespace, note);
      const [, objects] = versions(namespace);
      await applySecond(cluster.again(), namespace);
      await assertRight(calm.client, namespace, objects, note);
    });
  });
});
