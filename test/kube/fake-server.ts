import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { issueCredentials } from "../../src/sandbox/certificate.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** Fingerprint of the client's certificate. */
  certificate: string | undefined;
}

/** One for all tests of a file: making keys takes a while. */
export const identity = issueCredentials(Date.now());

/** A server on the loopback that answers whatever a test says, and remembers what it was asked. */
export class FakeServer {
  readonly seen: Seen[] = [];
  readonly #server: ReturnType<typeof createHttpServer>;
  readonly #scheme: string;
  answer: Answer = (_, response) => send(response, 200, {});

  constructor(scheme: "http" | "https" = "https") {
    const listener = (request: IncomingMessage, response: ServerResponse): void =>
      this.#take(request, response);
    const { certificate: cert, key } = identity;
    this.#scheme = scheme;
    this.#server =
      scheme === "http"
        ? createHttpServer(listener)
        : createHttpsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, listener);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const socket = request.socket as Partial<TLSSocket>;
    const entry: Seen = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: "",
      certificate: socket.getPeerCertificate?.().fingerprint256,
    };
    this.seen.push(entry);
    request.on("data", chunk => {
      entry.body += String(chunk);
    });
    request.on("end", () => this.answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, "127.0.0.1", resolve));
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export function send(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

export const pods = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
  verbs: ["get"],
};
