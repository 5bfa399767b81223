import { isMap, type Json, type JsonMap, textAt } from "../core/json.ts";
import { ignoredFields } from "./admission/strategies.ts";
import {
  ApiError,
  badRequest,
  methodNotAllowed,
  notFound,
  plainError,
  unsupportedPatch,
} from "./api-error.ts";
import { applyConfiguration, goKind, type Writer } from "./apply/track.ts";
import { BodySyntaxError, parseBodyText, parseJsonText } from "./body.ts";
import { timestamp } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { decodePatched, readBody, strategicMerge } from "./decode-body.ts";
import { bareMap, metadataOf } from "./kube-object.ts";
import { applyJsonPatch, type JsonPatchOperation, PatchDoesNotApply } from "./patch/json-patch.ts";
import { applyMergePatch } from "./patch/merge-patch.ts";
import { applyStrategicPatch, BadStrategicPatch } from "./patch/strategic-merge.ts";
import { type Call, flag, jsonAnswer, type SandboxResponse } from "./protocol.ts";
import { objectAnswer, objectIn, selectionOf } from "./read.ts";
import { convert, createObject, type WriteOptions } from "./registry/create.ts";
import { deleteObject } from "./registry/remove.ts";
import { updateObject } from "./registry/update.ts";
import { collectionOf, type ResourceType } from "./resource-names.ts";
import { deleteOptions, writeOptions } from "./write-options.ts";

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
