import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Transport } from "../../src/kube/transport.ts";

/** What befalls one request on its way. */
export interface Trouble {
  /** Milliseconds before anything else happens. */
  delay?: number;
  /** Answered here: the server sees nothing of it. */
  status?: number;
  retryAfterSeconds?: number;
  /** The connection breaks before the server has acted, or after. */
  reset?: "before" | "after";
  /** The connection breaks after so many bytes of the answer. */
  cutAfter?: number;
  /** A watch is told, after its first bytes, that its version is too old. */
  isExpired?: boolean;
  /** Answers in place of the server. */
  answer?: (response: ServerResponse) => void;
}

export interface SeenRequest {
  method: string;
  path: string;
  isWatch: boolean;
  /** Counted from 1. */
  count: number;
}

export type Troublemaker = (request: SeenRequest) => Trouble | undefined;

/** Stands between a client and an API server, over a real connection, and makes trouble when told to. */
export class FaultProxy {
  readonly #upstream: Transport;
  readonly #troubleOf: Troublemaker;
  readonly #stop = new AbortController();
  #server: Server | undefined;
  #port = 0;
  #count = 0;

  constructor(upstream: Transport, troubleOf: Troublemaker = () => undefined) {
    this.#upstream = upstream;
    this.#troubleOf = troubleOf;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** How many requests have come so far. */
  get count(): number {
    return this.#count;
  }

  /** Listens; after `leave` on the same port again. */
  come(): Promise<void> {
    const server = createServer((request, response) => {
      this.#pass(request, response).catch(() => response.socket?.destroy());
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.on("error", reject);
      server.listen(this.#port, "127.0.0.1", () => {
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Nobody listens any more, and what was under way is cut off. */
  leave(): Promise<void> {
    return new Promise(resolve => {
      this.#server?.close(() => resolve());
      this.#server?.closeAllConnections();
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.leave();
  }

  /** A kubeconfig whose only cluster is this one. */
  kubeconfig(): string {
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: this.url } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      "current-context": "c",
    });
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/" } = request;
    const body = await bodyOf(request);
    const isWatch = /[?&]watch=(true|1)/.test(path);
    const trouble = this.#troubleOf({ method, path, isWatch, count: ++this.#count }) ?? {};
    if (trouble.delay !== undefined) await new Promise(done => setTimeout(done, trouble.delay));
    if (trouble.reset === "before") return reset(response);
    if (trouble.answer !== undefined) return trouble.answer(response);
    if (trouble.status !== undefined) return refuse(response, trouble);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const answer = await this.#upstream.request({
      method,
      path,
      headers: passedOn(request),
      ...(body === "" ? {} : { body }),
      signal: AbortSignal.any([gone.signal, this.#stop.signal]),
    });
    if (trouble.reset === "after") {
      if (!isWatch) for await (const _ of answer.body);
      return reset(response);
    }
    const contentType = answer.headers["content-type"] ?? "application/json";
    response.writeHead(answer.status, { "content-type": contentType });
    response.flushHeaders();
    let left = trouble.cutAfter ?? Number.POSITIVE_INFINITY;
    for await (const chunk of answer.body) {
      response.write(chunk.length > left ? chunk.subarray(0, left) : chunk);
      left -= chunk.length;
      if (left <= 0) break;
      if (trouble.isExpired) {
        response.write(`${JSON.stringify({ type: "ERROR", object: statusBody(410) })}\n`);
        break;
      }
    }
    if (left <= 0) reset(response);
    else response.end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of ["accept", "content-type", "user-agent"]) {
    const value = headers[name];
    if (typeof value === "string") passed[name] = value;
  }
  return passed;
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

const reasons: Readonly<Record<number, string>> = {
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
};

function statusBody(code: number): object {
  const reason = reasons[code] ?? "";
  return { kind: "Status", apiVersion: "v1", status: "Failure", message: "made up", reason, code };
}

function refuse(response: ServerResponse, { status = 500, retryAfterSeconds }: Trouble): void {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  response.writeHead(status, headers);
  response.end(JSON.stringify(statusBody(status)));
}

/** Numbers that look random and are the same in every run. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** The kinds of trouble that a run has to survive, each befalling a share of the requests it can befall. */
export const faultKinds: Readonly<
  Record<string, (request: SeenRequest, roll: () => number) => Trouble | undefined>
> = {
  "429 with Retry-After": () => ({ status: 429, retryAfterSeconds: 1 }),
  "500": () => ({ status: 500 }),
  "503": () => ({ status: 503 }),
  "reset before the server acted": () => ({ reset: "before" }),
  "reset after the server acted": () => ({ reset: "after" }),
  conflict: ({ method }) => (method === "GET" || method === "POST" ? undefined : { status: 409 }),
  "conflict on the inventory": ({ method, path }) =>
    method !== "GET" && path.includes("/resourcegroups") ? { status: 409 } : undefined,
  "slow answer": (_, roll) => ({ delay: 20 + roll() * 200 }),
  "cut watch": ({ isWatch }, roll) => (isWatch ? { cutAfter: Math.floor(roll() * 2000) } : undefined),
  "410": ({ method, path, isWatch }) => {
    if (isWatch) return { isExpired: true };
    return method === "GET" && path.includes("continue=") ? { status: 410 } : undefined;
  },
  "truncated chunk": (_, roll) => ({ cutAfter: Math.floor(roll() * 200) }),
};

export function troublemaker(kind: string, share: number, seed: number): Troublemaker {
  const roll = dice(seed);
  return request => (roll() < share ? faultKinds[kind]?.(request, roll) : undefined);
}
