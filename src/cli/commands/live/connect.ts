import { KptError } from "../../../core/error.ts";
import type { KubeClient as Client } from "../../../kube/client.ts";
import type { ConnectionFlags } from "../../../kube/config.ts";
import type { Transport } from "../../../kube/transport.ts";
import type { Session } from "../../../live/session.ts";
import type { Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { parseDuration } from "../../duration.ts";
import { visible } from "../../terminal/visible.ts";
import type { connectionFlags } from "./connection-flags.ts";

type Flags = Input<typeof connectionFlags>["flags"];

export function connectionOf(flags: Flags): ConnectionFlags {
  return {
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    cluster: flags.cluster,
    user: flags.user,
    server: flags.server,
    token: flags.token,
    username: flags.username,
    password: flags.password,
    as: flags.as,
    asGroups: flags["as-group"],
    asUid: flags["as-uid"],
    asUserExtra: flags["as-user-extra"],
    namespace: flags.namespace,
    requestTimeoutMs: timeoutOf(flags["request-timeout"]),
    insecureSkipTlsVerify: flags["insecure-skip-tls-verify"] === true,
    certificateAuthority: flags["certificate-authority"],
    clientCertificate: flags["client-certificate"],
    clientKey: flags["client-key"],
    tlsServerName: flags["tls-server-name"],
  };
}

/** kubectl takes plain seconds as well; the refusal is in its words. */
function timeoutOf(text: string): number {
  try {
    const timeout = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
    if (timeout >= 0) return Math.min(timeout, maxTimeoutMs);
  } catch {
    // told below
  }
  throw new KptError(
    "USAGE",
    "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)",
  );
}

/** The longest that a timer can wait. */
const maxTimeoutMs = 2 ** 31 - 1;

export interface Connected extends Session {
  close(): Promise<void>;
}

/** Opens the connection that the flags and the kubeconfig name. Nothing is sent yet. */
async function connect(context: Context, flags: Flags): Promise<Connected> {
  const [{ loadConnection }, { createHttpsTransport }, { heeding }] = await Promise.all([
    import("../../../kube/config.ts"),
    import("../../../kube/https.ts"),
    import("../../../kube/warnings.ts"),
  ]);
  const connection = await loadConnection(connectionOf(flags), {
    env: context.env,
    cwd: context.cwd,
    signal: context.signal,
    isTerminal: context.stderr.isTTY && "isTTY" in context.stdin && context.stdin.isTTY === true,
    notify: text => context.stderr.write(visible(text)),
  });
  const warnings: string[] = [];
  const transport = heeding(createHttpsTransport(connection), sentence => warnings.push(sentence));
  const session = await sessionOver(transport, {
    namespace: connection.namespace,
    hasExplicitNamespace: connection.hasExplicitNamespace,
    requestTimeoutMs: connection.requestTimeoutMs,
    signal: context.signal,
  });
  return {
    ...session,
    close: async () => {
      // Told at the end: between the lines of a run, or inside the block of a terminal, nobody would see them.
      for (const sentence of warnings) context.stderr.write(`Warning: ${sentence}\n`);
      await session.close();
    },
  };
}

/** Does something over a connection, and closes it. */
export async function inSession<T>(
  context: Context,
  flags: Flags,
  use: (session: Connected) => Promise<T>,
): Promise<T> {
  const session = await connect(context, flags);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

export interface SessionFacts {
  namespace: string;
  hasExplicitNamespace: boolean;
  requestTimeoutMs: number;
  signal: AbortSignal;
}

/** A session over any transport: a sandbox in the process needs no kubeconfig. */
export async function sessionOver(transport: Transport, facts: SessionFacts): Promise<Connected> {
  const [{ KubeClient }, { systemClock }] = await Promise.all([
    import("../../../kube/client.ts"),
    import("../../../kube/clock.ts"),
  ]);
  const client: Client = new KubeClient(transport, {
    clock: systemClock,
    signal: facts.signal,
    requestTimeoutMs: facts.requestTimeoutMs,
  });
  return { ...facts, client, close: () => client.close() };
}
