import type { Agent, IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { KptError } from "../core/error.ts";
import type { Connection, Credentials } from "./connection.ts";
import { ConnectionLost, notTunnelled, unreachable } from "./connection-error.ts";
import type { KubeRequest, KubeResponse, Transport } from "./transport.ts";

/** How long a server may take, in milliseconds. */
interface Patience {
  /** For the first answer of all: a server that has never said anything is not waited for long. */
  first: number;
  /** For any sign of life later; the server's own limit for a request is a minute. */
  silence: number;
  /** For each KiB of an answer that has begun. */
  pace: number;
}

const usual: Patience = { first: 15_000, silence: 65_000, pace: 15_000 };
const paceBytes = 1024;

/** Requests over the network, connections kept alive. Redirects are never followed: they could carry credentials away. */
export function createHttpsTransport(connection: Connection, patience: Patience = usual): Transport {
  const agents = new Map<string, Agent>();
  const isTls = connection.server.protocol === "https:";
  const agentFor = (credentials: Credentials): Agent => {
    // A certificate belongs to its connections: another one needs connections of its own.
    const name = String(credentials.cert ?? "");
    const found = agents.get(name);
    if (found !== undefined) return found;
    const agent = createAgent(connection, credentials);
    agents.set(name, agent);
    return agent;
  };
  let hasAnswered = false;
  const send = async (asked: KubeRequest, credentials: Credentials): Promise<IncomingMessage> => {
    const agent = agentFor(credentials);
    const target: RequestOptions = {
      method: asked.method,
      hostname: connection.server.hostname.replace(/^\[|\]$/g, ""),
      port: connection.server.port || (isTls ? 443 : 80),
      path: connection.server.pathname.replace(/\/$/, "") + asked.path,
      headers: headersOf(asked, credentials),
      agent,
      ...(asked.signal === undefined ? {} : { signal: asked.signal }),
    };
    const answer = await exchange(isTls ? httpsRequest : httpRequest, target, asked, connection, {
      ...patience,
      first: hasAnswered ? patience.silence : patience.first,
    });
    hasAnswered = true;
    return answer;
  };
  return {
    async request(asked: KubeRequest): Promise<KubeResponse> {
      const credentials = await connection.credentials();
      let answer = await send(asked, credentials);
      if (answer.statusCode === 401) {
        const renewed = await connection.credentials(credentials);
        if (renewed !== credentials) {
          answer.resume();
          answer = await send(asked, renewed);
        }
      }
      return {
        status: answer.statusCode ?? 0,
        headers: flatten(answer),
        body: guarded(answer, asked, connection, patience),
      };
    },
    async close(): Promise<void> {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function createAgent(connection: Connection, credentials: Credentials): Agent {
  const { ca, cert, key, proxyAgent } = credentials;
  if (proxyAgent !== undefined) return Object.assign(proxyAgent, { keepAlive: true });
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
    ...(connection.skipTlsVerify ? { rejectUnauthorized: false } : {}),
  };
  // No limit here: watches hold a connection each, and must not leave other requests without one.
  const pool = { keepAlive: true, scheduling: "lifo" } as const;
  return connection.server.protocol === "https:" ? new HttpsAgent({ ...pool, ...tls }) : new HttpAgent(pool);
}

function headersOf(asked: KubeRequest, credentials: Credentials): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { "user-agent": "kpt", ...asked.headers };
  for (const [name, value] of Object.entries(credentials.headers)) {
    headers[name] = typeof value === "string" ? value : [...value];
  }
  if (asked.body !== undefined) headers["content-length"] = String(Buffer.byteLength(asked.body));
  return headers;
}

function exchange(
  request: typeof httpRequest,
  target: RequestOptions,
  asked: KubeRequest,
  connection: Connection,
  { first, silence }: Patience,
): Promise<IncomingMessage> {
  const { server } = connection;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      asked.signal?.removeEventListener("abort", interrupt);
    };
    // A request that has no connection yet, as a proxy says nothing, tells nobody that it was ended.
    const fail = (error: Error): void => {
      end();
      outgoing.destroy();
      reject(failureOf(asked.signal, connection, error));
    };
    const interrupt = (): void => fail(new Error("interrupted"));
    // The limit counts from the start: sockets have a clock of their own only once they are connected.
    const timer = setTimeout(() => fail(noAnswer(server, `${first / 1000} s`)), first);
    const outgoing = request(target, answer => {
      end();
      resolve(answer);
    });
    outgoing.setTimeout(silence, () => outgoing.destroy(noAnswer(server, `${silence / 1000} s`)));
    outgoing.on("error", fail);
    asked.signal?.addEventListener("abort", interrupt);
    if (asked.signal?.aborted) interrupt();
    outgoing.end(asked.body);
  });
}

/** A time that is over is no wish to stop: whether the server has acted is as unknown as ever. */
function failureOf(
  signal: AbortSignal | undefined,
  { server, proxyHost, hint }: Connection,
  error: Error,
): KptError {
  if (error instanceof KptError) return error;
  if (!signal?.aborted) {
    const blocked = proxyHost === undefined ? undefined : notTunnelled(server, proxyHost, error);
    return blocked ?? unreachable(server, error, hint);
  }
  return signal.reason instanceof Error && signal.reason.name === "TimeoutError"
    ? noAnswer(server, "the request timeout")
    : new KptError("ABORTED", "interrupted", { exitCode: 130 });
}

function noAnswer(server: URL, limit: string): ConnectionLost {
  return new ConnectionLost(server.host, new Error(`no answer within ${limit}`), true);
}

async function* guarded(
  answer: IncomingMessage,
  { signal, isStream = false }: KubeRequest,
  connection: Connection,
  { pace }: Patience,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  let before = 0;
  const watchman = isStream
    ? undefined
    : setInterval(() => {
        if (received - before < paceBytes) answer.destroy(noAnswer(connection.server, `${pace / 1000} s`));
        before = received;
      }, pace);
  try {
    for await (const chunk of answer) {
      received += (chunk as Uint8Array).byteLength;
      yield chunk as Uint8Array;
    }
  } catch (thrown) {
    if (thrown instanceof ConnectionLost) throw thrown;
    if (signal?.aborted && thrown instanceof Error) throw failureOf(signal, connection, thrown);
    throw new ConnectionLost(connection.server.host, thrown);
  } finally {
    clearInterval(watchman);
  }
}

function flatten(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}
