import { KptError } from "../core/error.ts";
import type { JsonMap } from "../core/json.ts";
import { isMap, textAt } from "../core/json.ts";
import type { KubeClient } from "../kube/client.ts";
import type { SourcedObject } from "./load.ts";
import { splitApiVersion } from "./plan/identity.ts";
import { type Scope, type ScopeOf, scopesFromDefinitions } from "./plan/validate.ts";

/** Scopes of all kinds among the objects: as the cluster serves them, or as their definitions say. */
export async function scopesFor(client: KubeClient, objects: readonly JsonMap[]): Promise<ScopeOf> {
  const fromDefinitions = scopesFromDefinitions(objects);
  const scopes = new Map<string, Scope | undefined>();
  for (const object of objects) {
    const apiVersion = textAt(object, "apiVersion") ?? "";
    const kind = textAt(object, "kind") ?? "";
    const key = `${apiVersion}/${kind}`;
    if (scopes.has(key)) continue;
    const type = await client.discovery.find(apiVersion, kind);
    const served: Scope | undefined =
      type === undefined ? undefined : type.namespaced ? "namespaced" : "cluster";
    scopes.set(key, served ?? fromDefinitions(apiVersion, kind));
  }
  return (apiVersion, kind) => scopes.get(`${apiVersion}/${kind}`);
}

/** Gives namespaced objects the namespace they lack. Refuses unknown kinds, all at once. */
export function placeObjects(
  objects: readonly SourcedObject[],
  scopeOf: ScopeOf,
  namespace: string,
  isExplicit: boolean,
): void {
  const unknown = new Set<string>();
  for (const { object } of objects) {
    const apiVersion = textAt(object, "apiVersion") ?? "";
    const kind = textAt(object, "kind") ?? "";
    const scope = scopeOf(apiVersion, kind);
    const own = textAt(object, "metadata", "namespace") ?? "";
    if (scope === undefined) {
      const { group, version } = splitApiVersion(apiVersion);
      unknown.add(`${group}/${version}, Kind=${kind}`);
    } else if (scope === "cluster") {
      if (own === "") continue;
      throw new KptError(
        "VALIDATION",
        `resource is cluster-scoped but has a non-empty namespace ${JSON.stringify(own)}`,
      );
    } else if (own === "") {
      setNamespace(object, namespace);
    } else if (isExplicit && own !== namespace) {
      throw new KptError(
        "VALIDATION",
        `found namespace ${JSON.stringify(own)}, but all resources must be in namespace ${JSON.stringify(namespace)}`,
      );
    }
  }
  if (unknown.size > 0) {
    throw new KptError(
      "VALIDATION",
      `${unknown.size} resource types not found in the cluster or as CRDs among the applied resources.\n\nResource types:\n${[...unknown].join("\n")}\n`,
      { label: "Error" },
    );
  }
}

function setNamespace(object: JsonMap, namespace: string): void {
  const metadata = object["metadata"];
  if (isMap(metadata)) metadata["namespace"] = namespace;
  else object["metadata"] = { namespace };
}
