import type { JsonMap } from "../../core/json.ts";
import { isMap, listAt, textAt } from "../../core/json.ts";
import { idOf, keyOf, splitApiVersion } from "./identity.ts";
import type { Invalid } from "./invalid.ts";

export type Scope = "namespaced" | "cluster";
export type ScopeOf = (apiVersion: string, kind: string) => Scope | undefined;

/** The scopes that CustomResourceDefinitions among the objects declare, for kinds the cluster doesn't serve yet. */
export function scopesFromDefinitions(objects: Iterable<JsonMap>): ScopeOf {
  const scopes = new Map<string, Scope>();
  for (const object of objects) {
    if (textAt(object, "kind") !== "CustomResourceDefinition") continue;
    if (splitApiVersion(textAt(object, "apiVersion") ?? "").group !== "apiextensions.k8s.io") continue;
    const group = textAt(object, "spec", "group") ?? "";
    const kind = textAt(object, "spec", "names", "kind") ?? "";
    const scope = textAt(object, "spec", "scope") === "Cluster" ? "cluster" : "namespaced";
    const versions = listAt(object, "spec", "versions").filter(isMap);
    const names = versions.map(version => textAt(version, "name") ?? "");
    const single = textAt(object, "spec", "version");
    for (const version of single === undefined ? names : [...names, single]) {
      scopes.set(`${group}/${version}/${kind}`, scope);
    }
  }
  return (apiVersion, kind) => scopes.get(`${apiVersion}/${kind}`);
}

/** What must hold of every object before anything is sent (spec 3.1). */
export function validateObjects(objects: readonly JsonMap[], scopeOf: ScopeOf): Invalid[] {
  const found: Invalid[] = [];
  const seen = new Set<string>();
  for (const object of objects) {
    const id = idOf(object);
    const causes = fieldProblems(object, scopeOf);
    const key = keyOf(id);
    if (seen.has(key) && causes.length === 0) causes.push("duplicate object: it is in the package twice");
    seen.add(key);
    if (causes.length > 0) found.push({ ids: [id], causes });
  }
  return found;
}

function fieldProblems(object: JsonMap, scopeOf: ScopeOf): string[] {
  const id = idOf(object);
  const causes: string[] = [];
  if (id.kind === "") causes.push("kind: Required value: kind is required");
  if (id.name === "") causes.push("metadata.name: Required value: name is required");
  if (id.kind === "") return causes;
  const apiVersion = textAt(object, "apiVersion") ?? "";
  const scope = scopeOf(apiVersion, id.kind);
  if (scope === undefined) {
    const version = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
    causes.push(`unknown resource type: ${JSON.stringify(`${version}, Kind=${id.kind}`)}`);
  } else if (scope === "namespaced" && id.namespace === "") {
    causes.push("metadata.namespace: Required value: namespace is required");
  } else if (scope === "cluster" && id.namespace !== "") {
    causes.push(
      `metadata.namespace: Invalid value: ${JSON.stringify(id.namespace)}: namespace must be empty`,
    );
  }
  return causes;
}
