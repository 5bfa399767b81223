import { equalJson, isMap, type JsonMap } from "../../core/json.ts";
import { applyDefaults } from "../admission/defaults.ts";
import { ignoredFields, prepareForUpdate } from "../admission/strategies.ts";
import { validateForUpdate } from "../admission/validate.ts";
import { validateMetadata, validateMetadataUpdate } from "../admission/validate-metadata.ts";
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  modifiedElsewhere,
  notFound,
  plainError,
} from "../api-error.ts";
import { readManagers } from "../apply/managers.ts";
import { trackUpdate } from "../apply/track.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { admitCustomObject } from "../crd/admit.ts";
import { changeable, finalizersOf, isBeingDeleted, metadataOf, numberAt, uidOf } from "../kube-object.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";
import { allocateForUpdate } from "./allocate.ts";
import { convert, toStorage, type WriteOptions } from "./create.ts";

export interface Updated {
  object: JsonMap;
  /** Whether something was written: an update without a change leaves the resourceVersion as it was. */
  changed: boolean;
}

/** Changes an object. `change` gets a copy in the version of `type` and answers with what it is to become. */
export function updateObject(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  name: string,
  change: (live: JsonMap) => JsonMap,
  options: WriteOptions,
): Updated {
  const collection = collectionOf(type);
  const entry = cluster.store.get(collection, namespace, name);
  if (entry === undefined) throw notFound(type, name);
  const stored = cluster.types.storageTypeOf(type);
  const live = convert(entry.object, stored, type);
  const object = change(changeable(live));
  object["apiVersion"] = type.groupVersion;
  object["kind"] = type.kind;
  const metadata = metadataOf(object);
  const last = metadataOf(live);
  const subresource = options.subresource ?? "";
  checkIdentity(metadata, type, namespace, name);
  checkPreconditions(metadata, live, type, name);
  if (equalJson(object, live)) return { object: live, changed: false };
  for (const field of ["uid", "creationTimestamp", "deletionTimestamp"]) {
    if (last[field] !== undefined) metadata[field] = last[field];
    else delete metadata[field];
  }
  metadata["deletionGracePeriodSeconds"] ??= last["deletionGracePeriodSeconds"] ?? null;
  if (metadata["deletionGracePeriodSeconds"] === null) delete metadata["deletionGracePeriodSeconds"];
  if (type.custom === undefined) applyDefaults(object);
  else admitCustomObject(object, type, subresource === "status" ? live : undefined);
  if (options.tracked !== true) {
    trackUpdate(live, object, {
      manager: options.manager,
      apiVersion: type.groupVersion,
      subresource,
      time: timestamp(cluster.clock),
      schema: cluster.schemaOf(type),
      ignored: ignoredFields(type, subresource),
    });
  }
  prepareForUpdate(object, live, type, subresource);
  allocateForUpdate(cluster, object, live, type);
  const errors = [...validateMetadata(object, type), ...validateMetadataUpdate(object, live)];
  errors.push(...validateForUpdate(object, live, type, subresource));
  if (errors.length > 0) throw invalid(type, name, errors);
  metadata["resourceVersion"] = last["resourceVersion"] ?? "";
  keepTimesOfUnchanged(object, live);
  if (equalJson(object, live)) return { object: live, changed: false };
  if (options.dryRun === true) return { object, changed: true };
  if (mayGo(object, live, type)) {
    cluster.store.put(collection, toStorage(object, cluster, type));
    cluster.store.remove(collection, namespace, name);
    return { object, changed: true };
  }
  const written = cluster.store.put(collection, toStorage(object, cluster, type));
  return { object: convert(written.object, stored, type), changed: true };
}

function checkIdentity(metadata: JsonMap, type: ResourceType, namespace: string, name: string): void {
  const own = metadata["namespace"];
  if (type.namespaced) {
    if (own === undefined || own === "") metadata["namespace"] = namespace;
    else if (own !== namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
    }
  }
  if (metadata["name"] === undefined || metadata["name"] === "") {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata["name"] !== name) {
    throw badRequest(
      `the name of the object (${String(metadata["name"])}) does not match the name on the URL (${name})`,
    );
  }
}

function checkPreconditions(metadata: JsonMap, live: JsonMap, type: ResourceType, name: string): void {
  const uid = metadata["uid"];
  if (typeof uid === "string" && uid !== "" && uid !== uidOf(live)) {
    const key = `/registry/${collectionOf(type)}/${String(metadata["namespace"] ?? "")}/${name}`.replace(
      "//",
      "/",
    );
    throw conflict(
      type,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(live)}`,
    );
  }
  const wanted = metadata["resourceVersion"];
  const actual = metadataOf(live)["resourceVersion"];
  if (wanted === undefined || wanted === "" || wanted === "0") {
    if (!type.needsResourceVersion) return;
    throw invalid({ group: type.group, kind: type.plural }, name, [
      {
        reason: "FieldValueInvalid",
        field: "metadata.resourceVersion",
        message: "Invalid value: 0: must be specified for an update",
      },
    ]);
  }
  if (typeof wanted !== "string" || !/^\d+$/.test(wanted)) {
    throw plainError(`strconv.ParseUint: parsing ${JSON.stringify(wanted)}: invalid syntax`);
  }
  if (wanted !== actual) throw conflict(type, name, modifiedElsewhere);
}

/** An update that changes nothing but the times of field owners is no update. */
function keepTimesOfUnchanged(object: JsonMap, live: JsonMap): void {
  const managers = metadataOf(object)["managedFields"];
  const last = metadataOf(live)["managedFields"];
  if (!Array.isArray(managers) || !Array.isArray(last)) return;
  const rest = { ...object, metadata: { ...metadataOf(object), managedFields: last } };
  if (!equalJson(rest, live)) return;
  const before = readManagers(live);
  const after = readManagers(object);
  const same =
    before.size === after.size &&
    [...after].every(([key, { fields }]) => before.get(key)?.fields.equals(fields));
  if (same) metadataOf(object)["managedFields"] = last;
}

/** The last finalizer of an object that is being deleted has gone. */
function mayGo(object: JsonMap, live: JsonMap, type: ResourceType): boolean {
  if (finalizersOf(object).length > 0 || !isBeingDeleted(live)) return false;
  if (collectionOf(type) === "namespaces") {
    const finalizers = isMap(object["spec"]) ? object["spec"]["finalizers"] : undefined;
    return !Array.isArray(finalizers) || finalizers.length === 0;
  }
  const grace = numberAt(live, "metadata", "deletionGracePeriodSeconds");
  return grace === undefined || grace === 0;
}

/** For controllers: changes an object if it is still there, and lets it be if it is not or was refused. */
export function tryUpdate(
  cluster: Cluster,
  type: ResourceType,
  namespace: string,
  name: string,
  change: (live: JsonMap) => JsonMap,
  options: WriteOptions,
): JsonMap | undefined {
  try {
    return updateObject(cluster, type, namespace, name, change, options).object;
  } catch (thrown) {
    if (thrown instanceof ApiError) return undefined;
    throw thrown;
  }
}
