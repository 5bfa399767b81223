import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { JsonMap } from "../../src/core/json.ts";
import { KubeClient } from "../../src/kube/client.ts";
import type { KubeRequest, Transport } from "../../src/kube/transport.ts";
import type { Session } from "../../src/live/session.ts";
import { assertNoOrphans, ownedNames } from "./bookkeeping.ts";
import { create, hurriedClock, openCluster, realKubeconfig, type TestCluster } from "./cluster.ts";
import { apply, destroy, inventoryOf, packageOf, type Ran } from "./packages.ts";

const numRuns = realKubeconfig === undefined ? 25 : 6;

interface Node {
  /** Nodes with smaller numbers. */
  needs: number[];
  /** The server refuses it. */
  isRefused: boolean;
}

const graphs = fc
  .array(
    fc.record({
      needs: fc.uniqueArray(fc.nat(7), { maxLength: 3 }),
      isRefused: fc.boolean(),
      dice: fc.nat(3),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map(list =>
    list.map(({ needs, isRefused, dice }, index): Node => {
      return { needs: needs.filter(need => need < index), isRefused: isRefused && dice === 0 };
    }),
  );

function objectsOf(namespace: string, nodes: readonly Node[]): JsonMap[] {
  return nodes.map(({ needs }, index) => {
    const value = needs.map(need => `/namespaces/${namespace}/ConfigMap/c${need}`).join(",");
    const metadata: JsonMap = { name: `c${index}`, namespace };
    if (value !== "") metadata["annotations"] = { "config.kubernetes.io/depends-on": value };
    return { apiVersion: "v1", kind: "ConfigMap", metadata };
  });
}

/** Writes down when writes of config maps begin and end, and refuses some. */
class Witness implements Transport {
  readonly #inner: Transport;
  readonly #refused: ReadonlySet<string>;
  readonly log: string[] = [];
  most = 0;
  #open = 0;

  constructor(inner: Transport, refused: ReadonlySet<string>) {
    this.#inner = inner;
    this.#refused = refused;
  }

  async request(asked: KubeRequest) {
    const name = written(asked);
    if (name === undefined) return await this.#inner.request(asked);
    this.log.push(`${name} begins`);
    this.most = Math.max(this.most, ++this.#open);
    try {
      if (this.#refused.has(name)) {
        const body = (async function* () {
          yield Buffer.from(
            JSON.stringify({ kind: "Status", message: "no", reason: "Forbidden", code: 403 }),
          );
        })();
        return { status: 403, headers: {}, body };
      }
      return await this.#inner.request(asked);
    } finally {
      this.#open--;
      this.log.push(`${name} ends`);
    }
  }

  async close(): Promise<void> {}

  /** Position of a line; after everything where it isn't there. */
  at(line: string): number {
    const found = this.log.indexOf(line);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }
}

function written({ method, path, body }: KubeRequest): string | undefined {
  if (!path.includes("/configmaps")) return undefined;
  if (method === "DELETE") return /\/configmaps\/([^/?]+)/.exec(path)?.[1];
  if (method !== "POST") return undefined;
  return (JSON.parse(body ?? "{}") as { metadata?: { name?: string } }).metadata?.name;
}

/** How each object ended; exactly once. */
function endings({ events }: Ran, type: "apply" | "delete"): Map<string, string> {
  const ends = new Map<string, string>();
  for (const event of events) {
    if (event.type !== type) continue;
    assert.ok(!ends.has(event.id.name), `${event.id.name} ended twice`);
    ends.set(event.id.name, event.status);
  }
  return ends;
}

describe("whatever the graph", () => {
  let cluster: TestCluster;
  let count = 0;
  before(async () => {
    cluster = await openCluster({ clientClock: hurriedClock });
  });
  after(() => cluster.close());

  for (const mode of ["stream", "waves"] as const) {
    test(`${mode}: nothing before what it needs, deletion is the reverse, failures stop only dependants`, async () => {
      await fc.assert(
        fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (nodes, parallelism) => {
          const namespace = `${cluster.namespace}-${count++}`;
          await create(cluster.client, {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: namespace },
          });
          const pace = { run: mode, report: mode };
          const refused = new Set(nodes.flatMap((node, index) => (node.isRefused ? [`c${index}`] : [])));
          const sessionOf = (transport: Transport): Session => ({
            ...cluster.again(),
            client: new KubeClient(transport, { clock: hurriedClock }),
          });

          const witness = new Witness(cluster.transport, refused);
          const loaded = packageOf(objectsOf(namespace, nodes), inventoryOf(namespace));
          const applied = endings(await apply(sessionOf(witness), loaded, { parallelism, pace }), "apply");
          const fates: string[] = [];
          for (const [index, { needs, isRefused }] of nodes.entries()) {
            const isStopped = needs.some(need => fates[need] !== "Successful");
            fates.push(isStopped ? "Skipped" : isRefused ? "Failed" : "Successful");
            assert.equal(applied.get(`c${index}`), fates[index], `c${index}`);
            for (const need of isStopped ? [] : needs) {
              assert.ok(witness.at(`c${need} ends`) < witness.at(`c${index} begins`));
            }
          }
          assert.ok(witness.most <= parallelism, `${witness.most} at once`);
          await assertNoOrphans(cluster.client, namespace);

          const back = new Witness(cluster.transport, new Set());
          const deleted = endings(
            await destroy(sessionOf(back), inventoryOf(namespace), { parallelism, pace }),
            "delete",
          );
          for (const [index, { needs }] of nodes.entries()) {
            assert.equal(deleted.has(`c${index}`), fates[index] === "Successful");
            if (fates[index] !== "Successful") continue;
            for (const need of needs) assert.ok(back.at(`c${index} ends`) < back.at(`c${need} begins`));
          }
          assert.ok(back.most <= parallelism);
          assert.deepEqual(await ownedNames(cluster.client, namespace), []);
        }),
        { numRuns },
      );
    });
  }
});
