import { emptyMap, isMap, type Json, type JsonMap } from "../core/json.ts";
import { ApiError, badRequest, expired, forbiddenField, invalid, notFound, plainError } from "./api-error.ts";
import type { Cluster } from "./cluster.ts";
import { textMapAt } from "./kube-object.ts";
import { type Call, flag, jsonAnswer, type SandboxResponse, wholeNumber } from "./protocol.ts";
import { convert } from "./registry/create.ts";
import { collectionOf, type ResourceType } from "./resource-names.ts";
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from "./selectors.ts";
import type { Stored } from "./store.ts";
import { asksForPartial, asksForTable, partialOf, tableOf } from "./table.ts";
import { Watch } from "./watch.ts";

/** JSON of a stored object in the version of a type. */
export function textIn(cluster: Cluster, type: ResourceType, entry: Stored): string {
  const stored = cluster.types.storageTypeOf(type);
  if (stored.groupVersion === type.groupVersion && entry.object["apiVersion"] === type.groupVersion) {
    return cluster.store.textOf(entry);
  }
  return JSON.stringify(objectIn(cluster, type, entry));
}

export function objectIn(cluster: Cluster, type: ResourceType, entry: Stored): JsonMap {
  const converted = convert(entry.object, cluster.types.storageTypeOf(type), type);
  return converted["apiVersion"] === type.groupVersion
    ? converted
    : { ...converted, apiVersion: type.groupVersion };
}

/** An answer with one object, in the form the client accepts. */
export function objectAnswer(
  cluster: Cluster,
  status: number,
  call: Call,
  type: ResourceType,
  object: JsonMap,
): SandboxResponse {
  if (asksForTable(call.accept))
    return jsonAnswer(status, tableOf(type, [object], metadataOfList(object), call, cluster.clock.now()));
  if (asksForPartial(call.accept)) return jsonAnswer(status, partialOf(object));
  return jsonAnswer(status, object);
}

function metadataOfList(object: JsonMap): JsonMap {
  const metadata = isMap(object["metadata"]) ? object["metadata"] : emptyMap();
  return { resourceVersion: metadata["resourceVersion"] ?? "" };
}

export function getOne(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  checkRevision(call.query.get("resourceVersion"), cluster, false);
  const entry = cluster.store.get(collectionOf(type), namespace, name);
  if (entry === undefined) throw notFound(type, name);
  if (call.accept === "" || call.accept === "application/json" || call.accept === "*/*") {
    return jsonAnswer(200, textIn(cluster, type, entry));
  }
  return objectAnswer(cluster, 200, call, type, objectIn(cluster, type, entry));
}

export interface Selection {
  matches(object: JsonMap): boolean;
  all: boolean;
}

export function selectionOf(call: Call, type: ResourceType, name: string): Selection {
  const labels = parseLabelSelector(call.query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(call.query.get("fieldSelector") ?? "", collectionOf(type));
  if (name !== "") fields.push({ path: "metadata.name", equal: true, value: name });
  return {
    all: labels.length === 0 && fields.length === 0,
    matches: object =>
      (labels.length === 0 || matchesLabels(labels, textMapAt(object, "metadata", "labels"))) &&
      (fields.length === 0 || matchesFields(fields, object)),
  };
}

/** List or watch, as the query says. */
export function listOrWatch(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
  watching: boolean,
  watches: Set<Watch>,
): SandboxResponse {
  checkListOptions(call, watching);
  return watching
    ? watchAnswer(cluster, call, type, namespace, name, watches)
    : listAnswer(cluster, call, type, namespace, name);
}

function checkListOptions(call: Call, watching: boolean): void {
  const match = call.query.get("resourceVersionMatch") ?? "";
  const of = { group: "meta.k8s.io", kind: "ListOptions" };
  const initial = call.query.get("sendInitialEvents");
  if (initial !== null) {
    if (!watching) {
      throw invalid(of, "", [forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list")]);
    }
    if (match !== "NotOlderThan") {
      throw invalid(of, "", [
        forbiddenField(
          "resourceVersionMatch",
          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
      ]);
    }
  } else if (match !== "" && watching) {
    throw invalid(of, "", [
      forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden for watch"),
    ]);
  } else if (match !== "" && !call.query.get("resourceVersion")) {
    throw invalid(of, "", [
      forbiddenField(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden unless resourceVersion is provided",
      ),
    ]);
  }
}

function checkRevision(text: string | null, cluster: Cluster, watching: boolean): number | undefined {
  if (text === null || text === "" || text === "0") return undefined;
  if (!/^\d+$/.test(text)) {
    const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw watching ? plainError(message) : badRequest(`invalid resource version: ${message}`);
  }
  const revision = Number(text);
  if (revision > cluster.store.revision && !watching) {
    throw new ApiError(
      504,
      "Timeout",
      `Timeout: Too large resource version: ${revision}, current: ${cluster.store.revision}`,
      {
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
        retryAfterSeconds: 1,
      },
    );
  }
  return revision;
}

function listAnswer(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
): SandboxResponse {
  const selection = selectionOf(call, type, name);
  const asked = checkRevision(call.query.get("resourceVersion"), cluster, false);
  const limit = Math.max(0, wholeNumber(call.query, "limit") ?? 0);
  const token = call.query.get("continue") ?? "";
  const collection = collectionOf(type);
  let revision = cluster.store.revision;
  let entries: readonly Stored[];
  if (token !== "") {
    const { rv, start } = readToken(token);
    const then =
      rv < 0 ? cluster.store.list(collection, namespace) : cluster.store.listAt(collection, namespace, rv);
    if (then === undefined) throw tooOldToContinue(revision, start);
    if (rv >= 0) revision = rv;
    entries = then.filter(entry => entry.key >= start);
  } else if (asked !== undefined && call.query.get("resourceVersionMatch") === "Exact") {
    const then = cluster.store.listAt(collection, namespace, asked);
    if (then === undefined) throw expired(`The provided resource version is too old to list: ${asked}`);
    revision = asked;
    entries = then;
  } else entries = cluster.store.list(collection, namespace);
  const selected = selection.all ? entries : entries.filter(entry => selection.matches(entry.object));
  const metadata: JsonMap = { resourceVersion: String(revision) };
  if (type.custom !== undefined) metadata["continue"] = "";
  let page = selected;
  if (limit > 0 && selected.length > limit) {
    page = selected.slice(0, limit);
    const last = page.at(-1);
    metadata["continue"] = writeToken(revision, `${last?.key ?? ""}\u0000`);
    if (selection.all) metadata["remainingItemCount"] = selected.length - limit;
  }
  if (asksForTable(call.accept)) {
    const objects = page.map(entry => objectIn(cluster, type, entry));
    return jsonAnswer(200, tableOf(type, objects, metadata, call, cluster.clock.now()));
  }
  if (asksForPartial(call.accept)) {
    const items: Json[] = page.map(entry => partialOf(objectIn(cluster, type, entry)));
    return jsonAnswer(200, {
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      items,
    });
  }
  const head = `{"kind":${JSON.stringify(type.listKind)},"apiVersion":${JSON.stringify(type.groupVersion)},"metadata":${JSON.stringify(metadata)},"items":[`;
  const items = page.map(entry => itemText(cluster, type, entry));
  return jsonAnswer(200, `${head}${items.join(",")}]}`);
}

/** Elements of typed lists do not repeat their kind; those of custom kinds do. */
function itemText(cluster: Cluster, type: ResourceType, entry: Stored): string {
  const text = textIn(cluster, type, entry);
  if (type.custom !== undefined) return text;
  const head = `{"kind":${JSON.stringify(type.kind)},"apiVersion":${JSON.stringify(type.groupVersion)},`;
  return text.startsWith(head) ? `{${text.slice(head.length)}` : text;
}

function writeToken(rv: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv, start })).toString("base64url");
}

function readToken(token: string): { rv: number; start: string } {
  const bad = (why: string): ApiError =>
    badRequest(`invalid continue token: continue key is not valid: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    throw bad("illegal base64 data at input byte 0");
  }
  if (!isMap(value) || typeof value["rv"] !== "number" || typeof value["start"] !== "string") {
    throw bad("server does not recognize this encoded version");
  }
  return { rv: value["rv"], start: value["start"] };
}

function tooOldToContinue(revision: number, start: string): ApiError {
  const error = expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
      "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
      "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
      "deleted between the time the first chunk was returned and now may show up in the list.",
  );
  error.status["metadata"] = { continue: writeToken(-1, start), resourceVersion: String(revision) };
  return error;
}

function watchAnswer(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
  name: string,
  watches: Set<Watch>,
): SandboxResponse {
  const selection = selectionOf(call, type, name);
  const since = checkRevision(call.query.get("resourceVersion"), cluster, true);
  const initial = flag(call.query, "sendInitialEvents");
  const bookmarks = flag(call.query, "allowWatchBookmarks");
  const table = asksForTable(call.accept);
  const partial = asksForPartial(call.accept);
  const watch = new Watch(
    cluster,
    {
      collection: collectionOf(type),
      namespace,
      matches: selection.matches,
      show(entry) {
        if (table) {
          const object = objectIn(cluster, type, entry);
          return JSON.stringify(tableOf(type, [object], metadataOfList(object), call, cluster.clock.now()));
        }
        if (partial) return JSON.stringify(partialOf(objectIn(cluster, type, entry)));
        return textIn(cluster, type, entry);
      },
      bookmark(revision, initialEnd) {
        const metadata: JsonMap = { resourceVersion: String(revision) };
        if (initialEnd) metadata["annotations"] = { "k8s.io/initial-events-end": "true" };
        return JSON.stringify({ kind: type.kind, apiVersion: type.groupVersion, metadata });
      },
      since: initial ? undefined : since,
      markInitialEnd: initial && bookmarks,
      bookmarks,
      timeoutSeconds: wholeNumber(call.query, "timeoutSeconds"),
      signal: call.signal,
    },
    ended => watches.delete(ended),
  );
  watches.add(watch);
  return { status: 200, headers: { "content-type": "application/json" }, body: watch };
}
