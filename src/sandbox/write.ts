import { compareBytes, isMap, type Json, type JsonMap, listAt, textAt } from "../core/json.ts";
import { DecodeError, decodeBuiltin } from "./admission/decode.ts";
import { ignoredFields } from "./admission/strategies.ts";
import {
  ApiError,
  badRequest,
  type FieldError,
  forbiddenField,
  invalid,
  invalidValue,
  methodNotAllowed,
  notFound,
  notSupported,
  plainError,
  required,
  unsupportedPatch,
} from "./api-error.ts";
import { applyConfiguration, goKind, type Writer } from "./apply/track.ts";
import {
  BodySyntaxError,
  duplicateFields,
  parseBodyText,
  parseJsonText,
  parseObjectBody,
  unrecognized,
} from "./body.ts";
import { timestamp } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { pruneCustomObject } from "./crd/admit.ts";
import { bareMap, metadataOf } from "./kube-object.ts";
import { applyJsonPatch, type JsonPatchOperation, PatchDoesNotApply } from "./patch/json-patch.ts";
import { applyMergePatch } from "./patch/merge-patch.ts";
import { applyStrategicPatch, BadStrategicPatch } from "./patch/strategic-merge.ts";
import { type Call, checkBodyType, flag, isYaml, jsonAnswer, type SandboxResponse } from "./protocol.ts";
import { objectAnswer, objectIn, selectionOf } from "./read.ts";
import { convert, createObject, type WriteOptions } from "./registry/create.ts";
import { type DeleteOptions, deleteObject } from "./registry/remove.ts";
import { updateObject } from "./registry/update.ts";
import { collectionOf, type ResourceType } from "./resource-names.ts";

const options: Record<string, string> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
};

/** How the query wants the write done. */
export function writeOptions(call: Call, subresource = ""): WriteOptions {
  const of = { group: "meta.k8s.io", kind: options[call.method] ?? "DeleteOptions" };
  const errors: FieldError[] = [];
  const dryRun = call.query.getAll("dryRun").filter(value => value !== "");
  if (dryRun.some(value => value !== "All")) errors.push(notSupported("dryRun", dryRun, ["All"]));
  const manager = call.query.get("fieldManager") ?? "";
  if (manager.length > 128) {
    errors.push({
      reason: "FieldValueTooLong",
      field: "fieldManager",
      message: "Too long: may not be more than 128 bytes",
    });
  }
  const validation = call.query.get("fieldValidation") ?? "";
  if (!["", "Ignore", "Warn", "Strict"].includes(validation)) {
    errors.push(notSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"]));
  }
  const applying = call.method === "PATCH" && call.contentType.startsWith("application/apply-patch");
  if (applying && manager === "") errors.push(required("fieldManager", "is required for apply patch"));
  if (call.method === "PATCH" && !applying && call.query.has("force")) {
    errors.push(forbiddenField("force", "may not be specified for non-apply patch"));
  }
  if (errors.length > 0) throw invalid(of, "", errors);
  return {
    manager: manager !== "" ? manager : managerOf(call.userAgent),
    dryRun: dryRun.length > 0,
    subresource,
    warn: sentence => call.warnings.push(sentence),
  };
}

/** Who writes without saying so: the first word of the user agent. */
function managerOf(userAgent: string): string {
  const name = userAgent.split("/")[0]?.slice(0, 128) ?? "";
  return name === "" ? "unknown" : name;
}

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

export function create(cluster: Cluster, call: Call, type: ResourceType, namespace: string): SandboxResponse {
  const wanted = writeOptions(call);
  const input = readBody(cluster, call, type);
  const object = createObject(cluster, type, namespace, input, wanted);
  noteDeprecation(call, type);
  return objectAnswer(cluster, 201, call, type, convert(object, cluster.types.storageTypeOf(type), type));
}

function noteDeprecation(call: Call, type: ResourceType): void {
  if (type.custom?.deprecation !== undefined) call.warnings.push(type.custom.deprecation);
}

export function replace(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
  subresource: string,
): SandboxResponse {
  const wanted = writeOptions(call, subresource);
  const input = readBody(cluster, call, type);
  const { object } = updateObject(cluster, type, namespace, name, () => input, wanted);
  return objectAnswer(cluster, 200, call, type, object);
}

const strategicMerge = "application/strategic-merge-patch+json";
const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  strategicMerge,
  "application/apply-patch+yaml",
];

export function patch(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
  subresource: string,
): SandboxResponse {
  const strategic = call.contentType === strategicMerge;
  if (!patchTypes.includes(call.contentType) || (strategic && type.custom !== undefined))
    throw unsupportedPatch(type.custom === undefined ? undefined : patchTypes);
  const wanted = writeOptions(call, subresource);
  if (call.contentType === "application/apply-patch+yaml")
    return apply(cluster, call, type, namespace, name, wanted);
  const { object } = updateObject(
    cluster,
    type,
    namespace,
    name,
    live => decodePatched(cluster, call, type, patched(cluster, call, type, live)),
    wanted,
  );
  return objectAnswer(cluster, 200, call, type, object);
}

/** What the patch makes of the live object. */
export function patched(cluster: Cluster, call: Call, type: ResourceType, live: JsonMap): JsonMap {
  if (call.contentType === "application/json-patch+json") {
    const operations = patchBody(call, "error decoding patch: ");
    if (!Array.isArray(operations)) {
      throw badRequest(
        "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
      );
    }
    if (operations.length > 10_000) {
      throw new ApiError(
        413,
        "RequestEntityTooLarge",
        `Request entity too large: The allowed maximum operations in a JSON patch is 10000, got ${operations.length}`,
      );
    }
    const result = guarded(() => applyJsonPatch(live, operations.filter(isMap).map(operationOf)));
    if (!isMap(result)) throw rejected();
    return result;
  }
  const strategic = call.contentType === strategicMerge;
  const change = patchBody(call, strategic ? "" : "error decoding patch: ");
  if (!isMap(change))
    throw badRequest(
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  if (strategic) return guarded(() => applyStrategicPatch(live, change, cluster.schemaOf(type)));
  return applyMergePatch(live, change);
}

function operationOf(operation: JsonMap): JsonPatchOperation {
  const result: JsonPatchOperation = {
    op: textAt(operation, "op") ?? "",
    path: textAt(operation, "path") ?? "",
  };
  const from = textAt(operation, "from");
  if (from !== undefined) result.from = from;
  if (operation["value"] !== undefined) result.value = operation["value"];
  return result;
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof BadStrategicPatch) throw plainError(thrown.message);
    if (thrown instanceof PatchDoesNotApply) throw rejected();
    throw thrown;
  }
}

function rejected(): ApiError {
  return new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

function patchBody(call: Call, prefix: string): Json {
  try {
    return parseJsonText(call.body);
  } catch (thrown) {
    if (!(thrown instanceof BodySyntaxError)) throw thrown;
    throw badRequest(prefix + thrown.message);
  }
}

function decodePatched(cluster: Cluster, call: Call, type: ResourceType, object: JsonMap): JsonMap {
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

function apply(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
  wanted: WriteOptions,
): SandboxResponse {
  const applied = applyBody(call, type);
  const metadata = metadataOf(applied);
  const writer = writerOf(cluster, type, wanted);
  const force = flag(call.query, "force");
  const present = cluster.store.get(collectionOf(type), namespace, name);
  if (present === undefined) {
    if (wanted.subresource) throw notFound(type, name);
    if (typeof metadata["uid"] === "string" && metadata["uid"] !== "") {
      throw new ApiError(
        409,
        "Conflict",
        `uid mismatch: the provided object specified uid ${metadata["uid"]}, and no existing object was found`,
        { name, kind: type.plural, ...(type.group === "" ? {} : { group: type.group }) },
      );
    }
    metadata["name"] ??= name;
    checkName(metadata, name);
    if (type.namespaced) metadata["namespace"] ??= namespace;
    const fresh = applyConfiguration(undefined, applied, writer, force);
    const object = createObject(cluster, type, namespace, decodePatched(cluster, call, type, fresh), {
      ...wanted,
      tracked: true,
    });
    return objectAnswer(cluster, 201, call, type, convert(object, cluster.types.storageTypeOf(type), type));
  }
  checkName(metadata, name);
  const { object } = updateObject(
    cluster,
    type,
    namespace,
    name,
    live =>
      decodePatched(cluster, call, type, applyConfiguration(live, withoutBlanks(applied), writer, force)),
    { ...wanted, tracked: true },
  );
  return objectAnswer(cluster, 200, call, type, object);
}

export function writerOf(cluster: Cluster, type: ResourceType, wanted: WriteOptions): Writer {
  const subresource = wanted.subresource ?? "";
  return {
    manager: wanted.manager,
    apiVersion: type.groupVersion,
    subresource,
    time: timestamp(cluster.clock),
    schema: cluster.schemaOf(type),
    ignored: ignoredFields(type, subresource),
  };
}

function checkName(metadata: JsonMap, name: string): void {
  const own = metadata["name"];
  if (own === undefined || own === name) return;
  throw badRequest(`the name of the object (${String(own)}) does not match the name on the URL (${name})`);
}

/** `creationTimestamp: null` and `status: {}` are what printers leave behind, not wishes. */
function withoutBlanks(applied: JsonMap): JsonMap {
  const result = bareMap(applied);
  const metadata = metadataOf(result);
  if (metadata["creationTimestamp"] === null) delete metadata["creationTimestamp"];
  return result;
}

/** The body of an apply: an object of the kind, as far as the applier wants to speak. */
export function applyBody(call: Call, type: ResourceType): JsonMap {
  let value: Json;
  try {
    value = parseBodyText(call.body, call.contentType);
  } catch (thrown) {
    if (!(thrown instanceof BodySyntaxError)) throw thrown;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${thrown.message}`);
  }
  if (!isMap(value))
    throw badRequest(
      "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  const apiVersion = textAt(value, "apiVersion") ?? "";
  const kind = textAt(value, "kind") ?? "";
  if (apiVersion !== type.groupVersion || kind !== type.kind) {
    throw badRequest(`invalid object type: ${goKind(apiVersion, kind)}`);
  }
  return value;
}

function deleteBody(call: Call): JsonMap | undefined {
  try {
    const value = parseBodyText(call.body, call.contentType);
    return isMap(value) ? value : undefined;
  } catch (thrown) {
    if (!(thrown instanceof BodySyntaxError)) throw thrown;
    throw badRequest(`couldn't get version/kind; json parse error: ${thrown.message}`);
  }
}

/** Options of a deletion, from the body or the query. */
export function deleteOptions(call: Call): DeleteOptions {
  const wanted = writeOptions({ ...call, method: "DELETE" });
  const body = call.body.trim() === "" ? undefined : deleteBody(call);
  const grace = body?.["gracePeriodSeconds"] ?? call.query.get("gracePeriodSeconds");
  const orphan = body?.["orphanDependents"] ?? call.query.get("orphanDependents");
  const policy = textAt(body, "propagationPolicy") ?? call.query.get("propagationPolicy") ?? undefined;
  return {
    uid: textAt(body, "preconditions", "uid"),
    resourceVersion: textAt(body, "preconditions", "resourceVersion"),
    propagationPolicy: policy ?? (orphan === true || orphan === "true" ? "Orphan" : undefined),
    gracePeriodSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    dryRun: wanted.dryRun === true || listAt(body, "dryRun").includes("All"),
  };
}

export function remove(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  const { object, gone } = deleteObject(cluster, type, namespace, name, deleteOptions(call));
  if (!gone || type.answersDeletedObject) {
    return objectAnswer(cluster, 200, call, type, convert(object, cluster.types.storageTypeOf(type), type));
  }
  const details: JsonMap = { name };
  if (type.group !== "") details["group"] = type.group;
  details["kind"] = type.plural;
  details["uid"] = metadataOf(object)["uid"] ?? "";
  return jsonAnswer(200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

export function removeCollection(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
): SandboxResponse {
  if (!type.verbs.includes("deletecollection")) throw methodNotAllowed();
  const wanted = deleteOptions(call);
  const { matches } = selectionOf(call, type, "");
  const items: JsonMap[] = [];
  for (const entry of cluster.store.list(collectionOf(type), namespace)) {
    if (!matches(entry.object)) continue;
    items.push(objectIn(cluster, type, entry));
    deleteObject(cluster, type, entry.namespace, entry.name, wanted);
  }
  const metadata = { resourceVersion: String(cluster.store.revision) };
  return jsonAnswer(200, { kind: type.listKind, apiVersion: type.groupVersion, metadata, items });
}
