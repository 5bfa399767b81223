import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { ApiError, tooLarge } from "./api-error.ts";
import { issueCredentials } from "./certificate.ts";
import { bodyLimit, errorAnswer, type SandboxResponse } from "./protocol.ts";
import type { Sandbox } from "./sandbox.ts";

export interface ListenOptions {
  /** A free one unless said otherwise. */
  port?: number;
  /** The loopback unless said otherwise. */
  host?: string;
  /** Without TLS; the token is asked for all the same. */
  plain?: boolean;
  /** A fresh one unless said otherwise. */
  token?: string;
}

export interface Listening {
  url: string;
  token: string;
  /** The text of a kubeconfig file that leads here. */
  kubeconfig: string;
  close(): Promise<void>;
}

/** Serves a sandbox over HTTPS on the loopback, to those who have its token. */
export async function listen(sandbox: Sandbox, options: ListenOptions = {}): Promise<Listening> {
  const token = options.token ?? randomBytes(24).toString("hex");
  const credentials = options.plain === true ? undefined : issueCredentials(Date.now());
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    answer(sandbox, token, request, response).catch(() => request.socket.destroy());
  };
  const server: Server =
    credentials === undefined
      ? createPlainServer(serve)
      : createSecureServer({ key: credentials.key, cert: credentials.certificate }, serve);
  server.keepAliveTimeout = 60_000;
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const port = portOf(server.address());
  const scheme = credentials === undefined ? "http" : "https";
  const url = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    url,
    token,
    kubeconfig: kubeconfigFor(url, token, credentials?.authority),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  return address === null || typeof address === "string" ? 0 : address.port;
}

function kubeconfigFor(url: string, token: string, authority: string | undefined): string {
  const trust =
    authority === undefined
      ? ""
      : `    certificate-authority-data: ${Buffer.from(authority).toString("base64")}\n`;
  return `apiVersion: v1
kind: Config
clusters:
- name: sandbox
  cluster:
    server: ${url}
${trust}users:
- name: sandbox
  user:
    token: ${token}
contexts:
- name: sandbox
  context:
    cluster: sandbox
    user: sandbox
current-context: sandbox
`;
}

async function answer(
  sandbox: Sandbox,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  let result: SandboxResponse;
  try {
    authenticate(token, request);
    const body = await readBody(request);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
    }
    const path = request.url ?? "/";
    result = await sandbox.handle({
      method: request.method ?? "GET",
      path,
      headers,
      body,
      signal: gone.signal,
    });
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    result = errorAnswer(thrown);
  }
  await send(result, request, response);
}

async function send(
  result: SandboxResponse,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { warning, ...headers } = result.headers;
  // Clients read one warning from each header.
  if (warning !== undefined) response.setHeader("warning", warning.split(/, (?=299 - )/));
  response.writeHead(result.status, headers);
  if (headers["content-length"] === undefined) response.flushHeaders();
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  for await (const chunk of result.body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) {
      await new Promise<void>(resolve => {
        response.once("drain", resolve);
        response.once("close", resolve);
      });
    }
  }
  response.end();
}

function authenticate(token: string, request: IncomingMessage): void {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const expected = Buffer.from(token);
  const actual = Buffer.from(given);
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return;
  throw new ApiError(401, "Unauthorized", "Unauthorized");
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > bodyLimit) {
      request.resume();
      throw tooLarge(bodyLimit);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
