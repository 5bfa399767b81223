export type Scope = "namespaced" | "cluster";

/** Scope of a built-in kind, also of versions that today's Kubernetes no longer serves; else undefined. */
export function scopeOf(_apiVersion: string, _kind: string): Scope | undefined {
  return undefined;
}
