import type { JsonMap } from "../../src/core/json.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { type Clock, systemClock } from "../../src/kube/clock.ts";
import { loadConnection } from "../../src/kube/config.ts";
import { ConnectionLost, NotConnected, unreachable } from "../../src/kube/connection-error.ts";
import { createHttpsTransport } from "../../src/kube/https.ts";
import type { KubeResponse, Transport } from "../../src/kube/transport.ts";
import { installDefinition } from "../../src/live/inventory/crd.ts";
import type { Session } from "../../src/live/session.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/index.ts";

/** A cluster to test against: the sandbox, or the one that KPT_TEST_KUBECONFIG names. */
export interface TestCluster extends Session {
  /** A namespace of this test alone. */
  namespace: string;
  /** Undefined on a real cluster: tests that break things on purpose need the sandbox. */
  sandbox: Sandbox | undefined;
  transport: Transport;
  /** Ends what `signal` is for, as Ctrl-C does. */
  interrupt(): void;
  /** The same cluster with a signal that hasn't fired. */
  again(): Session;
  close(): Promise<void>;
}

export const realKubeconfig = process.env["KPT_TEST_KUBECONFIG"];

/** Tests that inject faults are skipped on a real cluster, aloud. */
export const needsSandbox =
  realKubeconfig === undefined ? false : "needs the sandbox, KPT_TEST_KUBECONFIG names a real cluster";

let count = 0;

interface ClusterOptions extends SandboxOptions {
  /** Whether inventories are known already. */
  crd?: boolean;
  clientClock?: Clock;
}

export async function openCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { crd = true, clientClock = systemClock, ...sandboxOptions } = options;
  const sandbox = realKubeconfig === undefined ? createSandbox(sandboxOptions) : undefined;
  const transport = sandbox === undefined ? await realTransport(realKubeconfig ?? "") : transportOf(sandbox);
  const controller = new AbortController();
  const session = (signal: AbortSignal): Session => ({
    client: new KubeClient(transport, { clock: clientClock, signal }),
    namespace,
    hasExplicitNamespace: false,
    signal,
  });
  const namespace = `kpt-${process.pid}-${Date.now() % 1_000_000}-${count++}`;
  const first = session(controller.signal);
  if (crd) await installDefinition(first.client);
  await create(first.client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  return {
    ...first,
    sandbox,
    transport,
    interrupt: () => controller.abort(),
    again: () => session(new AbortController().signal),
    close: async () => {
      await transport.close();
      await sandbox?.close();
    },
  };
}

async function realTransport(kubeconfig: string): Promise<Transport> {
  const connection = await loadConnection({ kubeconfig }, { env: process.env, cwd: process.cwd() });
  return createHttpsTransport(connection);
}

/** The sandbox as a transport; broken connections look as they do over the network. */
export function transportOf(sandbox: Sandbox): Transport {
  const server = new URL("https://sandbox:443");
  return {
    async request(asked): Promise<KubeResponse> {
      try {
        const answer = await sandbox.handle(asked);
        return { ...answer, body: guarded(answer.body) };
      } catch (thrown) {
        throw thrown instanceof Error && asked.signal?.aborted !== true
          ? unreachable(server, thrown)
          : thrown;
      }
    },
    close: async () => undefined,
  };
}

async function* guarded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (thrown) {
    if (thrown instanceof ConnectionLost || thrown instanceof NotConnected) throw thrown;
    throw new ConnectionLost("sandbox", thrown);
  }
}

/** Nobody pauses for as long: who sleeps that long waits for a deadline. */
const deadlineMs = 60_000;

/** A clock whose waits are short: retries and polls come at once, deadlines stay what they are. */
export const hurriedClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms < deadlineMs ? Math.min(ms, 2) : ms, signal),
};

export async function create(client: KubeClient, object: JsonMap): Promise<JsonMap> {
  const type = await client.discovery.find(String(object["apiVersion"]), String(object["kind"]));
  if (type === undefined) throw new Error("the cluster does not serve the kind");
  const metadata = object["metadata"] as JsonMap;
  return await client.create(type, String(metadata["namespace"] ?? ""), object);
}

export async function find(
  client: KubeClient,
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): Promise<JsonMap | undefined> {
  const type = await client.discovery.find(apiVersion, kind);
  return type === undefined ? undefined : await client.find(type, namespace, name);
}
