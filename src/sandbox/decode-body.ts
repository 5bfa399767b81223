import { compareBytes, type JsonMap, textAt } from "../core/json.ts";
import { DecodeError, decodeBuiltin } from "./admission/decode.ts";
import { ApiError, badRequest, invalid, invalidValue } from "./api-error.ts";
import { duplicateFields, parseObjectBody, unrecognized } from "./body.ts";
import type { Cluster } from "./cluster.ts";
import { pruneCustomObject } from "./crd/admit.ts";
import { type Call, checkBodyType, isYaml } from "./protocol.ts";
import type { ResourceType } from "./resource-names.ts";

export const strategicMerge = "application/strategic-merge-patch+json";

/** The body of a create or update, checked and decoded. */
export function readBody(cluster: Cluster, call: Call, type: ResourceType): JsonMap {
  checkBodyType(call.contentType);
  const object = parseObjectBody(call.body, call.contentType, type.kind);
  const kind = textAt(object, "kind") ?? "";
  const apiVersion = textAt(object, "apiVersion") ?? "";
  if (type.custom !== undefined && kind === "") {
    throw unrecognized(type.kind, `Object 'Kind' is missing in '${call.body}'`, call.body);
  }
  if ((kind !== "" && kind !== type.kind) || (apiVersion !== "" && apiVersion !== type.groupVersion)) {
    throw wrongKind(cluster, type, kind, apiVersion);
  }
  const strict = call.query.get("fieldValidation") ?? "";
  const duplicates = strict === "Ignore" || isYaml(call.contentType) ? [] : duplicateFields(call.body);
  return decode(cluster, call, type, object, duplicates);
}

function wrongKind(cluster: Cluster, type: ResourceType, kind: string, apiVersion: string): ApiError {
  const found = kind === "" ? type.kind : kind;
  const version = apiVersion === "" ? type.groupVersion : apiVersion;
  const short = version.slice(version.indexOf("/") + 1);
  const group = type.group === "" ? "core" : type.group;
  const why =
    cluster.types.findKind(version, found) === undefined
      ? `no kind ${JSON.stringify(found)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`
      : `converting (${short}.${found}) to (${group}.${type.kind}): unknown conversion`;
  return badRequest(
    `${found} in version ${JSON.stringify(short)} cannot be handled as a ${type.kind}: ${why}`,
  );
}

/** Brings an object into the form of its kind; complains about fields that have no place in it as the client asked. */
function decode(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  object: JsonMap,
  duplicates: string[],
): JsonMap {
  let unknown: string[] = [];
  let decoded = object;
  if (type.custom === undefined) {
    const schema = cluster.schemaOf(type);
    if (schema !== undefined) {
      try {
        ({ object: decoded, unknown } = decodeBuiltin(object, schema, type.kind));
      } catch (thrown) {
        if (!(thrown instanceof DecodeError)) throw thrown;
        throw badRequest(`${cannotHandle(type)}: ${thrown.message}`);
      }
    }
  } else if (type.custom.schema !== undefined)
    unknown = pruneCustomObject(decoded, type.custom.schema).sort();
  const problems = [
    ...unknown.map(path => `unknown field ${JSON.stringify(path)}`),
    ...duplicates.map(path => `duplicate field ${JSON.stringify(path)}`),
  ];
  const validation = call.query.get("fieldValidation") ?? "Warn";
  if (problems.length === 0 || validation === "Ignore") return decoded;
  if (validation === "Strict")
    throw badRequest(`${cannotHandle(type)}: strict decoding error: ${problems.join(", ")}`);
  call.warnings.push(...problems);
  return decoded;
}

function cannotHandle(type: ResourceType): string {
  return `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}`;
}

/** The outcome of a patch, checked as a body is; complaints show the whole object. */
export function decodePatched(cluster: Cluster, call: Call, type: ResourceType, object: JsonMap): JsonMap {
  if (call.contentType === strategicMerge) {
    // This kind of patch works on the struct itself, which always knows its kind.
    object["apiVersion"] ??= type.groupVersion;
    object["kind"] ??= type.kind;
  }
  const version = textAt(object, "apiVersion");
  const kind = textAt(object, "kind");
  if (version !== type.groupVersion || kind !== type.kind) {
    const mine = wrongKind(
      cluster,
      type,
      kind ?? "",
      version === type.groupVersion ? "" : (version ?? ""),
    ).message;
    throw patchInvalid(object, mine);
  }
  try {
    return decode(cluster, call, type, object, []);
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    throw patchInvalid(object, thrown.message.slice(cannotHandle(type).length + 2));
  }
}

/** The patched object is shown as the server prints it: its own keys in order, the rest as it was. */
function patchInvalid(object: JsonMap, why: string): ApiError {
  const shown = Object.fromEntries(Object.entries(object).sort(([a], [b]) => compareBytes(a, b)));
  return invalid({ group: "", kind: "" }, "", [invalidValue("patch", JSON.stringify(shown), why)]);
}
