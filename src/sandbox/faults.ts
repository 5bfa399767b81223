import type { SandboxRequest } from "./protocol.ts";

/** Something that goes wrong on purpose. */
export interface Fault {
  /** Which requests it befalls; all of them unless said otherwise. */
  match?: (request: SandboxRequest) => boolean;
  /** How many times; for ever unless said otherwise. */
  times?: number;
  /** Answers with this status code instead of doing anything. */
  status?: number;
  retryAfterSeconds?: number;
  /** Milliseconds before anything else happens. */
  latency?: number;
  /** Breaks the connection before the server has acted, or after. */
  reset?: "before" | "after";
  /** Breaks the answer's body off after so many bytes. */
  cutAfter?: number;
}

/** What a client sees of a connection that breaks. */
export function connectionReset(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", errno: -104, syscall: "read" });
}

export class Faults {
  readonly #rules = new Set<{ fault: Fault; left: number }>();

  add(fault: Fault): () => void {
    const rule = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** The fault that befalls a request; it is used up by being asked for. */
  take(request: SandboxRequest): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.fault.match !== undefined && !rule.fault.match(request)) continue;
      if (--rule.left <= 0) this.#rules.delete(rule);
      return rule.fault;
    }
    return undefined;
  }
}

/** A body that ends in a broken connection. */
export async function* cutShort(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let left = limit;
  for await (const chunk of body) {
    if (chunk.length > left) {
      if (left > 0) yield chunk.subarray(0, left);
      break;
    }
    left -= chunk.length;
    yield chunk;
  }
  throw connectionReset();
}

const reasons: Record<number, string> = {
  401: "Unauthorized",
  403: "Forbidden",
  409: "Conflict",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

export function reasonOf(status: number): string {
  return reasons[status] ?? "Unknown";
}
