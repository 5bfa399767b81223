import { createHash } from "node:crypto";
import type { JsonMap } from "../core/json.ts";
import { ApiError, internalError, methodNotAllowed, notAcceptable, resourceMissing } from "./api-error.ts";
import type { Cluster } from "./cluster.ts";
import {
  aggregatedDiscovery,
  aggregatedType,
  asksForAggregated,
  coreVersions,
  groupList,
  oneGroup,
  resourceList,
} from "./discovery.ts";
import { openApiIndex, openApiOf } from "./openapi.ts";
import {
  type Call,
  callOf,
  errorAnswer,
  flag,
  jsonAnswer,
  type SandboxRequest,
  type SandboxResponse,
  textAnswer,
  withWarnings,
} from "./protocol.ts";
import { getOne, listOrWatch } from "./read.ts";
import { reviewAnswer } from "./reviews.ts";
import { type Route, routeOf } from "./routes.ts";
import { subresourceAnswer } from "./subresources.ts";
import type { Watch } from "./watch.ts";
import { create, patch, remove, removeCollection, replace } from "./write.ts";

/** The API server as a function: what it answers to a request. Refusals are answers, too. */
export function answer(cluster: Cluster, request: SandboxRequest, watches: Set<Watch>): SandboxResponse {
  let call: Call | undefined;
  try {
    call = callOf(request);
    return withWarnings(dispatch(cluster, call, watches), call.warnings);
  } catch (thrown) {
    if (thrown instanceof ApiError) return withWarnings(errorAnswer(thrown), call?.warnings ?? []);
    return errorAnswer(internalError(thrown instanceof Error ? thrown.message : String(thrown)));
  }
}

function dispatch(cluster: Cluster, call: Call, watches: Set<Watch>): SandboxResponse {
  const general = outsideOfObjects(cluster, call);
  if (general !== undefined) return general;
  const route = routeOf(call.path, cluster.types);
  if (route === "no-such-path") return textAnswer(404, "404 page not found\n");
  if (route === "no-such-resource") throw resourceMissing();
  checkAccept(call.accept);
  return objects(cluster, call, route, watches);
}

function checkAccept(accept: string): void {
  if (accept === "") return;
  const fits = accept.split(",").some(part => {
    const type = part.split(";")[0]?.trim() ?? "";
    return ["application/json", "application/yaml", "*/*", "application/*"].includes(type);
  });
  if (!fits) throw notAcceptable();
}

function objects(cluster: Cluster, call: Call, route: Route, watches: Set<Watch>): SandboxResponse {
  const { type, namespace, name } = route;
  if (route.subresource !== undefined) return subresourceAnswer(cluster, call, route);
  const allow = (verb: string): void => {
    if (!type.verbs.includes(verb)) throw methodNotAllowed();
  };
  switch (call.method) {
    case "GET":
    case "HEAD":
      if (name !== "" && !route.watch && !flag(call.query, "watch")) {
        allow("get");
        return getOne(cluster, call, type, namespace, name);
      }
      allow("list");
      return listOrWatch(
        cluster,
        call,
        type,
        namespace,
        name,
        route.watch || flag(call.query, "watch"),
        watches,
      );
    case "POST":
      if (name !== "" || (type.namespaced && namespace === "" && !isReview(route))) throw methodNotAllowed();
      allow("create");
      return isReview(route)
        ? reviewAnswer(cluster, call, type, namespace)
        : create(cluster, call, type, namespace);
    case "PUT":
      if (name === "") throw methodNotAllowed();
      allow("update");
      return replace(cluster, call, type, namespace, name, "");
    case "PATCH":
      if (name === "") throw methodNotAllowed();
      allow("patch");
      return patch(cluster, call, type, namespace, name, "");
    case "DELETE":
      allow("delete");
      if (name === "") return removeCollection(cluster, call, type, namespace);
      return remove(cluster, call, type, namespace, name);
    default:
      throw methodNotAllowed();
  }
}

function isReview({ type }: Route): boolean {
  return type.verbs.length === 1 && type.verbs[0] === "create";
}

/** Health, version, discovery and OpenAPI. */
function outsideOfObjects(cluster: Cluster, call: Call): SandboxResponse | undefined {
  const path = call.path.replace(/\/+$/, "") || "/";
  if (/^\/(livez|readyz|healthz)(\/[\w-]+)?$/.test(path)) return textAnswer(200, "ok");
  switch (path) {
    case "/version":
      return jsonAnswer(200, versionOf(cluster));
    case "/api":
    case "/apis": {
      const core = path === "/api";
      const version = asksForAggregated(call.accept);
      if (version !== undefined) {
        return tagged(aggregatedDiscovery(cluster.types, core, version), aggregatedType(version));
      }
      return jsonAnswer(200, core ? coreVersions() : groupList(cluster.types));
    }
    case "/openapi/v3":
      return jsonAnswer(200, openApiIndex(cluster));
    case "/":
      return jsonAnswer(200, {
        paths: ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"],
      });
    default:
  }
  const openApi = /^\/openapi\/v3\/(.+)$/.exec(path)?.[1];
  if (openApi !== undefined) {
    const document = openApiOf(cluster, openApi);
    return document === undefined ? textAnswer(404, "404 page not found\n") : jsonAnswer(200, document);
  }
  const discovery = /^\/(?:api\/(v1)|apis\/([^/]+)(?:\/([^/]+))?)$/.exec(path);
  if (discovery === null) return undefined;
  const [, core, group = "", version] = discovery;
  const document =
    core === undefined && version === undefined
      ? oneGroup(cluster.types, group)
      : resourceList(cluster.types, core ?? `${group}/${version}`);
  return document === undefined ? undefined : jsonAnswer(200, document);
}

/** With an ETag, so that clients may keep what they have. */
function tagged(document: JsonMap, contentType: string): SandboxResponse {
  const text = JSON.stringify(document);
  const etag = `"${createHash("sha512").update(text).digest("hex").toUpperCase()}"`;
  return jsonAnswer(200, text, { "content-type": contentType, etag, vary: "Accept" });
}

function versionOf(cluster: Cluster): JsonMap {
  const [major = "1", minor = "34"] = cluster.version.replace(/^v/, "").split(".");
  return {
    major,
    minor,
    gitVersion: `${cluster.version}+kpt-sandbox`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "none",
    compiler: "none",
    platform: "linux/amd64",
  };
}
