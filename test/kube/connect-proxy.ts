import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A proxy on the loopback that tunnels wherever it is asked to, or answers with a status instead. */
export class ConnectProxy {
  /** The addresses it was asked for. */
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** Undefined says nothing at all. */
  status: number | undefined = 200;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(`plain ${request.url ?? ""}`);
      response.end("not tunnelled");
    });
    this.#server.on("connection", socket => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("connect", (request, socket: Socket) => {
      const target = request.url ?? "";
      this.asked.push(target);
      this.authorizations.push(request.headers["proxy-authorization"]);
      socket.on("error", () => undefined);
      if (this.status === undefined) return;
      if (this.status !== 200) {
        socket.end(`HTTP/1.1 ${this.status} No\r\n\r\n`);
        return;
      }
      const upstream = connect(Number(target.split(":").at(-1)), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
    });
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
