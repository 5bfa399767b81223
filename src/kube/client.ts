import type { Json, JsonMap } from "../core/json.ts";
import { isMap, listAt, textAt, valueAt } from "../core/json.ts";
import { MalformedAnswer, readAnswer, readLines } from "./answer.ts";
import type { Clock } from "./clock.ts";
import { Discovery } from "./discovery.ts";
import { pathOf, type ResourceType } from "./resource-type.ts";
import { withRetries } from "./retry.ts";
import { StatusError } from "./status-error.ts";
import type { KubeResponse, Transport } from "./transport.ts";

export type PatchType = "json" | "merge" | "strategic" | "apply";

const contentTypes: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Page {
  items: JsonMap[];
  resourceVersion: string;
}

export interface ClientOptions {
  clock: Clock;
  signal?: AbortSignal;
  /** 0 is none; watches have none anyway. */
  requestTimeoutMs?: number;
  /** What another client of the same connection knows already. */
  discovery?: Discovery;
}

/** Most packages come in one page; far larger ones don't fill the memory. */
const pageSize = 2_000;
/** A million objects of a kind; a server that always has one more page is not followed forever. */
const maxPages = 500;

/** Plain objects to and from an API server, whatever their kind. */
export class KubeClient {
  /** Shared by all clients of a connection. */
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly #transport: Transport;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  #wasReached = false;
  #hasAnswered = false;
  #requests = 0;

  constructor(transport: Transport, { clock, signal, requestTimeoutMs = 0, discovery }: ClientOptions) {
    this.#transport = transport;
    this.clock = clock;
    this.#signal = signal;
    this.#timeoutMs = requestTimeoutMs;
    this.discovery =
      discovery ?? new Discovery((path, headers) => this.#json("GET", path, undefined, headers));
  }

  /** How many requests were sent, for tests and benches. */
  get requests(): number {
    return this.#requests;
  }

  /** The same server, with another signal: what must still be done after the first was aborted. */
  withSignal(signal: AbortSignal | undefined): KubeClient {
    const client = new KubeClient(this.#transport, {
      clock: this.clock,
      requestTimeoutMs: this.#timeoutMs,
      discovery: this.discovery,
      ...(signal === undefined ? {} : { signal }),
    });
    client.#wasReached = this.#wasReached;
    client.#hasAnswered = this.#hasAnswered;
    return client;
  }

  async get(type: ResourceType, namespace: string, name: string): Promise<JsonMap> {
    return object(await this.#json("GET", pathOf(type, namespace, name)));
  }

  /** Undefined where it doesn't exist. */
  async find(type: ResourceType, namespace: string, name: string): Promise<JsonMap | undefined> {
    try {
      return await this.get(type, namespace, name);
    } catch (thrown) {
      if (thrown instanceof StatusError && thrown.isNotFound) return undefined;
      throw thrown;
    }
  }

  /** All objects, page by page. Items get the apiVersion and kind that lists leave out. */
  async list(type: ResourceType, namespace: string, query: Query = {}): Promise<Page> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#pages(type, namespace, query);
      } catch (thrown) {
        // A list that takes too long outlives its own version: it begins anew.
        if (!(thrown instanceof StatusError) || thrown.status !== 410 || attempt >= 3) throw thrown;
      }
    }
  }

  async #pages(type: ResourceType, namespace: string, query: Query): Promise<Page> {
    const items: JsonMap[] = [];
    let resourceVersion = "";
    let next = "";
    let pages = 0;
    do {
      const page = await this.#json(
        "GET",
        withQuery(pathOf(type, namespace), { limit: pageSize, ...query, continue: next || undefined }),
      );
      // Go writes empty lists as null; what has no items at all must not pass for an empty list.
      if (valueAt(page, "items") === undefined) throw notWhatWasAsked("list");
      for (const item of listAt(page, "items").filter(isMap)) items.push(named(item, type));
      resourceVersion = textAt(page, "metadata", "resourceVersion") ?? "";
      next = textAt(page, "metadata", "continue") ?? "";
      if (++pages > maxPages) throw notWhatWasAsked("list that ends");
    } while (next !== "");
    return { items, resourceVersion };
  }

  /** Not repeated when the answer is lost: the caller has to find out what became of it. */
  async create(type: ResourceType, namespace: string, body: JsonMap, query: Query = {}): Promise<JsonMap> {
    const path = withQuery(pathOf(type, namespace), query);
    return object(await this.#json("POST", path, { text: stringify(body), type: "application/json" }));
  }

  async update(
    type: ResourceType,
    namespace: string,
    name: string,
    body: JsonMap,
    subresource?: string,
  ): Promise<JsonMap> {
    const path = pathOf(type, namespace, name, subresource);
    return object(await this.#json("PUT", path, { text: stringify(body), type: "application/json" }));
  }

  async patch(
    type: ResourceType,
    namespace: string,
    name: string,
    kind: PatchType,
    body: Json,
    query: Query = {},
    subresource?: string,
  ): Promise<JsonMap> {
    const path = withQuery(pathOf(type, namespace, name, subresource), query);
    return object(await this.#json("PATCH", path, { text: stringify(body), type: contentTypes[kind] }));
  }

  async delete(type: ResourceType, namespace: string, name: string, options: JsonMap): Promise<void> {
    const body: JsonMap = { apiVersion: "v1", kind: "DeleteOptions", ...options };
    const path = pathOf(type, namespace, name);
    await this.#json("DELETE", path, { text: stringify(body), type: "application/json" });
  }

  /** One watch request: its events until the server or the connection ends it. */
  async *watch(
    type: ResourceType,
    namespace: string,
    query: Query,
    signal: AbortSignal,
  ): AsyncGenerator<JsonMap> {
    const path = withQuery(pathOf(type, namespace), { ...query, watch: true, allowWatchBookmarks: true });
    this.#requests++;
    const response = await this.#transport.request({
      method: "GET",
      path,
      headers: { accept: "application/json" },
      signal,
      isStream: true,
    });
    if (response.status !== 200) throw await statusError(response);
    for await (const line of readLines(response)) if (isMap(line)) yield line;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #json(
    method: string,
    path: string,
    body?: { text: string; type: string },
    headers: Record<string, string> = {},
  ): Promise<Json | undefined> {
    const retry = {
      clock: this.clock,
      signal: this.#signal,
      isRepeatable: method !== "POST",
      wasReached: () => this.#wasReached,
      hasAnswered: () => this.#hasAnswered,
    };
    return await withRetries(retry, async () => {
      this.#requests++;
      const response = await this.#transport.request({
        method,
        path,
        headers: {
          accept: "application/json",
          ...headers,
          ...(body === undefined ? {} : { "content-type": body.type }),
        },
        ...(body === undefined ? {} : { body: body.text }),
        ...this.#requestSignal(),
      });
      this.#wasReached = true;
      const isGood = response.status >= 200 && response.status <= 299;
      const answer = isGood ? await readAnswer(response) : await statusError(response);
      this.#hasAnswered = true;
      if (answer instanceof StatusError) throw answer;
      return answer;
    });
  }

  #requestSignal(): { signal?: AbortSignal } {
    if (this.#timeoutMs > 0) {
      const timeout = AbortSignal.timeout(this.#timeoutMs);
      return { signal: this.#signal === undefined ? timeout : AbortSignal.any([this.#signal, timeout]) };
    }
    return this.#signal === undefined ? {} : { signal: this.#signal };
  }
}

async function statusError(response: KubeResponse): Promise<StatusError> {
  const seconds = Number(response.headers["retry-after"] ?? "");
  const body = await readAnswer(response).catch((thrown: unknown) => {
    if (thrown instanceof MalformedAnswer) return undefined;
    throw thrown;
  });
  const wait = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 30) * 1000 : undefined;
  return new StatusError(response.status, body, wait);
}

function object(answer: Json | undefined): JsonMap {
  if (isMap(answer)) return answer;
  throw notWhatWasAsked("object");
}

function notWhatWasAsked(what: string): MalformedAnswer {
  return new MalformedAnswer("CLUSTER_REFUSED", `the server's answer is no ${what}`, {
    hint: "the server of the kubeconfig must be a Kubernetes API server",
  });
}

function named(item: JsonMap, type: ResourceType): JsonMap {
  item["apiVersion"] ??= type.group === "" ? type.version : `${type.group}/${type.version}`;
  item["kind"] ??= type.kind;
  return item;
}

export function stringify(value: Json): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  if (!isMap(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${stringify(item)}`)
    .join(",")}}`;
}

function withQuery(path: string, query: Query): string {
  const fields = Object.entries(query).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return path;
  return `${path}?${fields.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&")}`;
}
