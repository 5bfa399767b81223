import { Agent, request } from "node:https";

/** The few calls that the test cluster's own helpers need; the product has its own client. */
export class Api {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #token: string;

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  }

  call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
  ): Promise<{ status: number; body: T }> {
    return new Promise((done, fail) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#token}`,
            accept: "application/json",
            "content-type": type,
          },
        },
        answer => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", chunk => {
            text += chunk;
          });
          answer.on("end", () => {
            try {
              done({ status: answer.statusCode ?? 0, body: (text === "" ? {} : parseAnswer(text)) as T });
            } catch (thrown) {
              fail(thrown);
            }
          });
          answer.on("error", fail);
        },
      );
      sent.on("error", fail);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parseAnswer(text: string): unknown {
  return text.startsWith("{") ? JSON.parse(text) : { text };
}
