import { isMap, type Json, type JsonMap } from "../core/json.ts";
import { type ApiError, badRequest, tooLarge, unsupportedBody } from "./api-error.ts";
import { protobufToJson } from "./protobuf.ts";

/** A request as a client of the Kubernetes API makes it; `path` carries the query. */
export interface SandboxRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
  signal?: AbortSignal | undefined;
}

export interface SandboxResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: AsyncIterable<Uint8Array>;
}

/** What the handlers see of a request. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  accept: string;
  contentType: string;
  userAgent: string;
  body: string;
  signal: AbortSignal | undefined;
  /** Sentences for `Warning` headers. */
  warnings: string[];
}

export const bodyLimit = 3 * 1024 * 1024;

export function callOf(request: SandboxRequest): Call {
  const mark = request.path.indexOf("?");
  const path = mark < 0 ? request.path : request.path.slice(0, mark);
  const headers = new Map(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const raw = request.body;
  if ((typeof raw === "string" ? Buffer.byteLength(raw) : (raw?.length ?? 0)) > bodyLimit)
    throw tooLarge(bodyLimit);
  let contentType = (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  let body = typeof raw === "string" ? raw : textOf(raw);
  if (contentType === "application/vnd.kubernetes.protobuf" && raw !== undefined && typeof raw !== "string") {
    const json = protobufToJson(raw);
    if (json !== undefined) {
      body = json;
      contentType = "application/json";
    }
  }
  return {
    method: request.method.toUpperCase(),
    path,
    query: new URLSearchParams(mark < 0 ? "" : request.path.slice(mark + 1)),
    accept: headers.get("accept") ?? "",
    contentType,
    userAgent: headers.get("user-agent") ?? "",
    body,
    signal: request.signal,
    warnings: [],
  };
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : new TextDecoder().decode(bytes);
}

const encoder = new TextEncoder();

async function* once(text: string): AsyncGenerator<Uint8Array> {
  if (text !== "") yield encoder.encode(text);
}

export function textAnswer(
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): SandboxResponse {
  return {
    status,
    headers: { "content-type": type, "content-length": String(Buffer.byteLength(text)) },
    body: once(text),
  };
}

/** An answer in JSON, made from a value or from text that is JSON already. */
export function jsonAnswer(
  status: number,
  value: JsonMap | string,
  headers: Record<string, string> = {},
): SandboxResponse {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return {
    status,
    headers: {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
      ...headers,
    },
    body: once(text),
  };
}

export function errorAnswer(error: ApiError): SandboxResponse {
  const retry = error.status["details"];
  const seconds = isMap(retry) ? retry["retryAfterSeconds"] : undefined;
  return jsonAnswer(error.code, error.status, {
    ...error.headers,
    ...(typeof seconds === "number" ? { "retry-after": String(seconds) } : {}),
  });
}

/** `Warning` headers, one value holding them all. */
export function withWarnings(response: SandboxResponse, warnings: readonly string[]): SandboxResponse {
  if (warnings.length === 0) return response;
  const warning = [...new Set(warnings)].map(text => `299 - ${JSON.stringify(text)}`).join(", ");
  return { ...response, headers: { ...response.headers, warning } };
}

export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && ["1", "t", "T", "true", "TRUE", "True"].includes(value);
}

export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === "") return undefined;
  if (!/^[+-]?\d+$/.test(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}

const jsonTypes = ["", "*/*", "application/json"];
const yamlTypes = ["application/yaml", "application/apply-patch+yaml", "application/x-yaml"];

export function isYaml(contentType: string): boolean {
  return yamlTypes.includes(contentType);
}

export function checkBodyType(contentType: string): void {
  if (!jsonTypes.includes(contentType) && !isYaml(contentType)) throw unsupportedBody();
}

/** Deeper nesting than any schema has; recursion over bodies stays within it. */
const deepest = 500;

export function depthProblem(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === 0x5c) index++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

export function isTooDeep(value: Json, left = deepest): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (left === 0) return true;
  return Object.values(value).some(item => isTooDeep(item, left - 1));
}
