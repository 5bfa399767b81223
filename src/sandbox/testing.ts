import type { Json, JsonMap } from "../core/json.ts";
import { isMap } from "../core/json.ts";
import { ManualClock } from "./clock.ts";
import type { SandboxOptions } from "./cluster.ts";
import type { SandboxResponse } from "./protocol.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  body: JsonMap;
}

const shortTypes: Record<string, string> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** A sandbox whose clock stands still, and short words for requests. */
export class Bench {
  readonly clock = new ManualClock();
  readonly sandbox: Sandbox;

  constructor(options: SandboxOptions = {}) {
    this.sandbox = createSandbox({ clock: this.clock, ...options });
  }

  async send(
    method: string,
    path: string,
    body?: Json | string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const response = await this.sandbox.handle({
      method,
      path,
      headers: {
        "user-agent": "test/1",
        ...(text === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: text,
    });
    return read(response);
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path);
  }

  post(path: string, body: Json | string): Promise<Answer> {
    return this.send("POST", path, body);
  }

  put(path: string, body: Json | string): Promise<Answer> {
    return this.send("PUT", path, body);
  }

  delete(path: string, body?: Json): Promise<Answer> {
    return this.send("DELETE", path, body);
  }

  patch(kind: keyof typeof shortTypes, path: string, body: Json | string): Promise<Answer> {
    return this.send("PATCH", path, body, { "content-type": shortTypes[kind] ?? "" });
  }

  /** Lets the controllers work for so many milliseconds. */
  run(milliseconds = 2000): void {
    this.clock.advance(milliseconds);
  }
}

export async function read(response: SandboxResponse): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = {};
  }
  return { status: response.status, headers: response.headers, text, body: isMap(body) ? body : {} };
}

/** Reads watch events until there are so many. */
export async function events(response: SandboxResponse, count: number): Promise<JsonMap[]> {
  const found: JsonMap[] = [];
  if (count === 0) return found;
  let rest = "";
  for await (const chunk of response.body) {
    rest += Buffer.from(chunk).toString();
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event: unknown = JSON.parse(line);
      if (isMap(event)) found.push(event);
    }
    if (found.length >= count) break;
  }
  return found;
}
