import { formerResourceOf, resourceOf } from "./discovery.ts";

export type Scope = "namespaced" | "cluster";

/** Scope of a built-in kind, also of versions that today's Kubernetes no longer serves; else undefined. */
export function scopeOf(apiVersion: string, kind: string): Scope | undefined {
  const namespaced = (resourceOf(apiVersion, kind) ?? formerResourceOf(apiVersion, kind))?.namespaced;
  if (namespaced === undefined) return undefined;
  return namespaced ? "namespaced" : "cluster";
}
