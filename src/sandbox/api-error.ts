import type { Json, JsonMap } from "../core/json.ts";
import { qualifiedKind, qualifiedResource, type ResourceType } from "./resource-names.ts";

// Status bodies and their sentences are those of k8s.io/apimachinery/pkg/api/errors; clients match on them.

/** One field that is wrong; several make an `Invalid` answer. */
export interface FieldError {
  reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueDuplicate"
    | "FieldValueNotFound"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid";
  field: string;
  message: string;
}

/** A refusal that is sent to the client as a Status. */
export class ApiError extends Error {
  readonly status: JsonMap;
  readonly code: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonMap,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.headers = headers;
    this.status = failure(code, reason, message, details);
  }
}

function failure(code: number, reason: string, message: string, details: JsonMap | undefined): JsonMap {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

/** The details of a Status: empty parts are left out, as Go's encoder does. */
function detailsOf(parts: { name?: string; group?: string; kind?: string; causes?: Json[] }): JsonMap {
  const details: JsonMap = {};
  if (parts.name) details["name"] = parts.name;
  if (parts.group) details["group"] = parts.group;
  if (parts.kind) details["kind"] = parts.kind;
  if (parts.causes !== undefined && parts.causes.length > 0) details["causes"] = parts.causes;
  return details;
}

type Of = Pick<ResourceType, "group" | "plural">;

export function notFound(type: Of, name: string): ApiError {
  const message = `${qualifiedResource(type)} ${quote(name)} not found`;
  return new ApiError(404, "NotFound", message, detailsOf({ name, group: type.group, kind: type.plural }));
}

export function alreadyExists(type: Of, name: string, deleting = false): ApiError {
  const message = `${deleting ? "object is being deleted: " : ""}${qualifiedResource(type)} ${quote(name)} already exists`;
  return new ApiError(
    409,
    "AlreadyExists",
    message,
    detailsOf({ name, group: type.group, kind: type.plural }),
  );
}

export function conflict(type: { group: string; plural: string }, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(type)} ${quote(name)}: ${why}`;
  return new ApiError(409, "Conflict", message, detailsOf({ name, group: type.group, kind: type.plural }));
}

export const modifiedElsewhere =
  "the object has been modified; please apply your changes to the latest version and try again";

export function forbidden(type: Of, name: string, why: string, causes?: Json[]): ApiError {
  const subject = name === "" ? qualifiedResource(type) : `${qualifiedResource(type)} ${quote(name)}`;
  const details = detailsOf({ name, group: type.group, kind: type.plural, ...(causes ? { causes } : {}) });
  return new ApiError(403, "Forbidden", `${subject} is forbidden: ${why}`, details);
}

export function invalid(type: { group: string; kind: string }, name: string, errors: FieldError[]): ApiError {
  const sentences = [...new Set(errors.map(error => `${error.field}: ${error.message}`))];
  const all = sentences.length === 1 ? sentences[0] : `[${sentences.join(", ")}]`;
  const causes: Json[] = errors.map(error => ({
    reason: error.reason,
    message: error.message,
    field: error.field,
  }));
  const message = `${qualifiedKind(type)} ${quote(name)} is invalid: ${all}`;
  return new ApiError(
    422,
    "Invalid",
    message,
    detailsOf({ name, group: type.group, kind: type.kind, causes }),
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function methodNotAllowed(): ApiError {
  const message = "the server does not allow this method on the requested resource";
  return new ApiError(405, "MethodNotAllowed", message, {});
}

export function resourceMissing(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource", {});
}

export function expired(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}

export function unsupportedBody(): ApiError {
  const message =
    "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml";
  return new ApiError(415, "UnsupportedMediaType", message);
}

/** `accepted` are the patch types of custom kinds, which the server lists. */
export function unsupportedPatch(accepted?: readonly string[]): ApiError {
  if (accepted !== undefined) {
    const types = accepted.filter(type => !type.includes("strategic")).join(", ");
    const message = `the body of the request was in an unknown format - accepted media types include: ${types}`;
    return new ApiError(415, "UnsupportedMediaType", message);
  }
  return new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
}

export function notAcceptable(): ApiError {
  const message = "only the following media types are accepted: application/json, application/yaml";
  return new ApiError(406, "NotAcceptable", message);
}

export function tooLarge(limit: number): ApiError {
  return new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${limit}`);
}

export function internalError(message: string): ApiError {
  return new ApiError(500, "InternalError", `Internal error occurred: ${message}`, {
    causes: [{ message }],
  });
}

/** A defect or an unclassified error of the real server: code 500 without a reason. */
export function plainError(message: string): ApiError {
  return new ApiError(500, "", message);
}

export function required(field: string, detail = ""): FieldError {
  return {
    reason: "FieldValueRequired",
    field,
    message: `Required value${detail === "" ? "" : `: ${detail}`}`,
  };
}

export function invalidValue(field: string, value: Json | undefined, detail: string): FieldError {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${shown(value)}: ${detail}` };
}

export function notSupported(field: string, value: Json | undefined, allowed: readonly string[]): FieldError {
  const values = allowed.map(quote).join(", ");
  const message = `Unsupported value: ${shown(value)}${values === "" ? "" : `: supported values: ${values}`}`;
  return { reason: "FieldValueNotSupported", field, message };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { reason: "FieldValueForbidden", field, message: `Forbidden${detail === "" ? "" : `: ${detail}`}` };
}

export function duplicate(field: string, value: Json | undefined): FieldError {
  return { reason: "FieldValueDuplicate", field, message: `Duplicate value: ${shown(value)}` };
}

function shown(value: Json | undefined): string {
  return value === undefined || value === null ? "null" : JSON.stringify(value);
}

/** Go's %q for the texts that occur in names. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
