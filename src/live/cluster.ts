import { KubeClient } from "../kube/client.ts";
import { systemClock } from "../kube/clock.ts";
import { type ConnectionFlags, loadConnection } from "../kube/config.ts";
import { createHttpsTransport } from "../kube/https.ts";
import type { Transport } from "../kube/transport.ts";
import type { Session } from "./session.ts";

export interface ClusterOptions {
  /** Answers the requests; the cluster of the kubeconfig unless given. A sandbox's `handle` fits. */
  transport?: Transport;
  /** Namespace for objects that name none: where there is a transport, `default` unless given. */
  namespace?: string;
  /** kubectl's flags about the cluster. */
  connection?: ConnectionFlags;
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  signal?: AbortSignal;
}

/**
 * Opens a session with a cluster; nothing is sent yet. Throws KUBECONFIG_INVALID.
 *
 * @example
 * ```ts
 * const session = await openCluster({ connection: { context: "staging" }, env: process.env });
 * const loaded = await loadDirectory("wordpress", process.cwd());
 * ```
 */
export async function openCluster(options: ClusterOptions = {}): Promise<Session> {
  const { env = {}, cwd = "/", connection: flags = {}, namespace } = options;
  const signal = options.signal ?? new AbortController().signal;
  const asked = namespace === undefined ? flags : { ...flags, namespace };
  const connection =
    options.transport === undefined ? await loadConnection(asked, { env, cwd, signal }) : undefined;
  const transport =
    options.transport ?? (connection === undefined ? undefined : createHttpsTransport(connection));
  if (transport === undefined) throw new TypeError("there is neither a transport nor a connection");
  return {
    client: new KubeClient(transport, {
      clock: systemClock,
      signal,
      requestTimeoutMs: connection?.requestTimeoutMs ?? 0,
    }),
    namespace: connection?.namespace ?? namespace ?? "default",
    hasExplicitNamespace: namespace !== undefined,
    signal,
  };
}
