import type { ResourceType, Subresource } from "./resource-names.ts";
import type { TypeTable } from "./resource-types.ts";

/** A request for objects: which kind, where, which one. */
export interface Route {
  type: ResourceType;
  namespace: string;
  name: string;
  subresource: Subresource | undefined;
  /** The path below a subresource such as `proxy`. */
  rest: string;
  watch: boolean;
}

export type Routed = Route | "no-such-path" | "no-such-resource";

/** Finds what a path of /api or /apis means. */
export function routeOf(path: string, types: TypeTable): Routed {
  const parts = path
    .split("/")
    .filter(part => part !== "")
    .map(decode);
  const [root, ...rest] = parts;
  const groupVersion = root === "api" ? rest[0] : root === "apis" ? `${rest[0]}/${rest[1]}` : undefined;
  if (groupVersion === undefined || !types.hasGroupVersion(groupVersion)) return "no-such-path";
  let steps = rest.slice(root === "api" ? 1 : 2);
  const watch = steps[0] === "watch";
  if (watch) steps = steps.slice(1);
  let namespace = "";
  if (steps[0] === "namespaces" && steps.length > 2 && !isNamespaceSubresource(steps)) {
    namespace = steps[1] ?? "";
    steps = steps.slice(2);
  }
  const [plural = "", name = "", sub, ...below] = steps;
  const type = types.find(groupVersion, plural);
  if (type === undefined) return "no-such-resource";
  if (!type.namespaced && namespace !== "") return "no-such-resource";
  if (type.namespaced && namespace === "" && name !== "") return "no-such-resource";
  let subresource: Subresource | undefined;
  if (sub !== undefined) {
    subresource = type.subresources.find(known => known.name === sub);
    if (subresource === undefined) return "no-such-resource";
  }
  return { type, namespace, name, subresource, rest: below.join("/"), watch };
}

function isNamespaceSubresource(steps: readonly string[]): boolean {
  return steps.length === 3 && ["status", "finalize"].includes(steps[2] ?? "");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
