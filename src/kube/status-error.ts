import { KptError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import { isMap, listAt, textAt } from "../core/json.ts";
import { cleanText } from "./clean-text.ts";

/** One field that somebody else manages too (server-side apply). */
export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}

/** An answer that says no. The message is printed as kubectl does; `serverText` is for wrapping. */
export class StatusError extends KptError {
  readonly status: number;
  readonly reason: string;
  readonly serverText: string;
  readonly causes: readonly StatusCause[];
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: Json | undefined, retryAfterMs?: number) {
    const named = textAt(body, "reason");
    // A reason is a word; anything else could forge lines.
    const reason = named !== undefined && /^\w{0,64}$/.test(named) ? named : (reasons[status] ?? "");
    const serverText = cleanText(textAt(body, "message") || fallbackText(status));
    const isLogin = status === 401;
    super(
      "CLUSTER_REFUSED",
      isLogin ? `You must be logged in to the server (${serverText})` : frame(reason, serverText),
      { label: isLogin ? "error" : "none" },
    );
    this.status = status;
    this.reason = reason;
    this.serverText = serverText;
    this.retryAfterMs = retryAfterMs;
    this.causes = listAt(body, "details", "causes")
      .filter(isMap)
      .map(cause => ({
        reason: cleanText(textAt(cause, "reason") ?? ""),
        message: cleanText(textAt(cause, "message") ?? ""),
        field: cleanText(textAt(cause, "field") ?? ""),
      }));
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  get isConflict(): boolean {
    return this.status === 409;
  }

  get isForbidden(): boolean {
    return this.status === 403;
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  410: "Expired",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

function frame(reason: string, text: string): string {
  return reason === "" ? `Error from server: ${text}` : `Error from server (${reason}): ${text}`;
}

function fallbackText(status: number): string {
  if (status === 401) return "the server has asked for the client to provide credentials";
  if (status === 403) return "the server does not allow access to the requested resource";
  if (status === 404) return "the server could not find the requested resource";
  if (status === 429) return "the server has received too many requests and has asked us to try again later";
  if (status === 503) return "the server is currently unable to handle the request";
  if (status >= 300 && status < 400) {
    return `the server answered with a redirect (${status}), which is not followed`;
  }
  return `the server answered with status ${status}`;
}

/** The text of a failed request as it appears inside a longer message. */
export function serverTextOf(thrown: unknown): string {
  if (thrown instanceof StatusError) return thrown.serverText;
  return thrown instanceof Error ? cleanText(thrown.message) : String(thrown);
}

export function isStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof StatusError && thrown.status === status;
}
