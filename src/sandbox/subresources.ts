import { isMap, type JsonMap, textAt, valueAt } from "../core/json.ts";
import { ApiError, badRequest, internalError, methodNotAllowed, notFound } from "./api-error.ts";
import { applyConfiguration } from "./apply/track.ts";
import { parseObjectBody } from "./body.ts";
import type { Cluster } from "./cluster.ts";
import { readBody } from "./decode-body.ts";
import { childMap, mapsAt, metadataOf, nameOf, namespaceOf, numberAt } from "./kube-object.ts";
import { type Call, flag, jsonAnswer, type SandboxResponse, textAnswer } from "./protocol.ts";
import { objectIn } from "./read.ts";
import { deleteObject } from "./registry/remove.ts";
import { updateObject } from "./registry/update.ts";
import { collectionOf, type ResourceType } from "./resource-names.ts";
import type { Route } from "./routes.ts";
import { formatSelector } from "./selectors.ts";
import { applyBody, patch, patched, replace, writerOf } from "./write.ts";
import { deleteOptions, writeOptions } from "./write-options.ts";

/** Requests for `…/name/status`, `scale` and the other doors of an object. */
export function subresourceAnswer(cluster: Cluster, call: Call, route: Route): SandboxResponse {
  const { type, subresource, namespace, name } = route;
  const door = subresource?.name ?? "";
  if (!subresource?.verbs.includes(verbOf(call.method))) throw methodNotAllowed();
  switch (door) {
    case "scale":
      return scale(cluster, call, type, namespace, name);
    case "log":
      return log(cluster, type, namespace, name);
    case "eviction":
      return evict(cluster, call, type, namespace, name);
    case "binding":
      return bind(cluster, call, type, namespace, name);
    case "token":
      return token(cluster, call, type, namespace, name);
    default:
      return object(cluster, call, type, namespace, name, door);
  }
}

function verbOf(method: string): string {
  return { GET: "get", PUT: "update", PATCH: "patch", POST: "create", DELETE: "delete" }[method] ?? "";
}

function object(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
  door: string,
): SandboxResponse {
  if (call.method === "PUT") return replace(cluster, call, type, namespace, name, door);
  if (call.method === "PATCH") return patch(cluster, call, type, namespace, name, door);
  return jsonAnswer(200, live(cluster, type, namespace, name));
}

function live(cluster: Cluster, type: ResourceType, namespace: string, name: string): JsonMap {
  const entry = cluster.store.get(collectionOf(type), namespace, name);
  if (entry === undefined) throw notFound(type, name);
  return objectIn(cluster, type, entry);
}

function steps(path: string | undefined): string[] {
  return (path ?? "").split(".").filter(step => step !== "");
}

function scaleOf(object: JsonMap, type: ResourceType, strict = true): JsonMap {
  const custom = type.custom?.scale;
  const replicasPath =
    custom === undefined ? ["spec", "replicas"] : steps(textAt(custom, "specReplicasPath"));
  const statusPath =
    custom === undefined ? ["status", "replicas"] : steps(textAt(custom, "statusReplicasPath"));
  const selectorPath = custom === undefined ? undefined : textAt(custom, "labelSelectorPath");
  const metadata = metadataOf(object);
  const found = numberAt(object, ...replicasPath);
  if (strict && custom !== undefined && found === undefined) {
    throw internalError(
      `the spec replicas field ${JSON.stringify(textAt(custom, "specReplicasPath"))} does not exist`,
    );
  }
  const replicas = found ?? 0;
  const selector =
    custom === undefined
      ? formatSelector(valueAt(object, "spec", "selector"))
      : selectorPath === undefined
        ? ""
        : (textAt(object, ...steps(selectorPath)) ?? "");
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name: nameOf(object),
      namespace: namespaceOf(object),
      uid: metadata["uid"] ?? "",
      resourceVersion: metadata["resourceVersion"] ?? "",
      creationTimestamp: metadata["creationTimestamp"] ?? null,
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, ...statusPath) ?? 0, ...(selector === "" ? {} : { selector }) },
  };
}

function scale(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  if (call.method === "GET") return jsonAnswer(200, scaleOf(live(cluster, type, namespace, name), type));
  const wanted = writeOptions(call, "scale");
  const path =
    type.custom?.scale === undefined
      ? ["spec", "replicas"]
      : steps(textAt(type.custom.scale, "specReplicasPath"));
  if (call.contentType === "application/apply-patch+yaml") {
    const replicas = numberAt(applyBody(call, scaleType(type)), "spec", "replicas") ?? 0;
    const { object } = updateObject(
      cluster,
      type,
      namespace,
      name,
      present =>
        applyConfiguration(
          present,
          scaled(type, name, path, replicas),
          writerOf(cluster, type, wanted),
          flag(call.query, "force"),
        ),
      { ...wanted, tracked: true },
    );
    return jsonAnswer(200, scaleOf(object, type));
  }
  const { object } = updateObject(
    cluster,
    type,
    namespace,
    name,
    present => {
      const before = scaleOf(present, type, false);
      const after =
        call.method === "PUT"
          ? parseObjectBody(call.body, call.contentType, "Scale")
          : patched({ ...cluster, schemaOf: () => undefined }, call, scaleType(type), before);
      const version = textAt(after, "metadata", "resourceVersion");
      if (version !== undefined && version !== "") metadataOf(present)["resourceVersion"] = version;
      let holder = present;
      for (const step of path.slice(0, -1)) holder = childMap(holder, step);
      holder[path.at(-1) ?? "replicas"] = numberAt(after, "spec", "replicas") ?? 0;
      return present;
    },
    { ...wanted, subresource: "scale" },
  );
  return jsonAnswer(200, scaleOf(object, type));
}

function scaleType(type: ResourceType): ResourceType {
  return { ...type, custom: undefined, kind: "Scale", groupVersion: "autoscaling/v1" };
}

/** What an apply to the scale door says about the object itself. */
function scaled(type: ResourceType, name: string, path: readonly string[], replicas: number): JsonMap {
  const object: JsonMap = { apiVersion: type.groupVersion, kind: type.kind, metadata: { name } };
  let holder = object;
  for (const step of path.slice(0, -1)) holder = childMap(holder, step);
  holder[path.at(-1) ?? "replicas"] = replicas;
  return object;
}

function log(cluster: Cluster, type: ResourceType, namespace: string, name: string): SandboxResponse {
  const pod = live(cluster, type, namespace, name);
  const container = mapsAt(pod, "status", "containerStatuses").find(item => {
    const state = item["state"];
    return isMap(state) && state["waiting"] !== undefined;
  });
  if (container !== undefined) {
    const reason = textAt(container, "state", "waiting", "reason") ?? "waiting to start";
    throw badRequest(
      `container ${JSON.stringify(container["name"])} in pod ${JSON.stringify(name)} is waiting to start: ${reason}`,
    );
  }
  return textAnswer(200, `${name} runs in a sandbox: its containers are not executed\n`);
}

function evict(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  const eviction = parseObjectBody(call.body, call.contentType, "Eviction");
  const options = isMap(eviction["deleteOptions"]) ? JSON.stringify(eviction["deleteOptions"]) : "";
  deleteObject(
    cluster,
    type,
    namespace,
    name,
    deleteOptions({ ...call, body: options, contentType: "application/json" }),
  );
  return jsonAnswer(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
}

function bind(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  const binding = parseObjectBody(call.body, call.contentType, "Binding");
  const node = textAt(binding, "target", "name") ?? "";
  updateObject(
    cluster,
    type,
    namespace,
    name,
    pod => {
      const spec = childMap(pod, "spec");
      if (typeof spec["nodeName"] === "string" && spec["nodeName"] !== "") {
        throw new ApiError(
          409,
          "Conflict",
          `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} is already assigned to node "${spec["nodeName"]}"`,
          { name, kind: "pods/binding" },
        );
      }
      spec["nodeName"] = node;
      return pod;
    },
    { ...writeOptions(call), subresource: "binding" },
  );
  return jsonAnswer(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
}

function token(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  live(cluster, type, namespace, name);
  const request = readBody({ ...cluster, schemaOf: () => undefined }, call, {
    ...type,
    kind: "TokenRequest",
    groupVersion: "authentication.k8s.io/v1",
    version: "v1",
  });
  const expires = new Date(cluster.clock.now() + 3_600_000).toISOString();
  request["status"] = {
    token: `sandbox-token-of-${namespace}-${name}`,
    expirationTimestamp: `${expires.slice(0, 19)}Z`,
  };
  return jsonAnswer(201, request);
}
