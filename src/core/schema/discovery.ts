/** One resource as an API server announces it. */
export interface ApiResource {
  group: string;
  version: string;
  kind: string;
  /** Plural name, the one in paths. */
  name: string;
  singularName: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: readonly ApiSubresource[];
}

export interface ApiSubresource {
  /** Without the resource's name: `status`, `scale`, `log`. */
  name: string;
  verbs: readonly string[];
  /** Group, version and kind of what it answers, where they differ from the resource's. */
  responseKind: { group: string; version: string; kind: string };
}

/** Every resource a server of the embedded version serves by default, groups in the server's order. */
export function apiResources(): readonly ApiResource[] {
  return [];
}

/** The resource of a kind. */
export function resourceOf(_apiVersion: string, _kind: string): ApiResource | undefined {
  return undefined;
}

/** Served groups with their versions, the preferred one first. */
export function apiGroups(): readonly { name: string; versions: readonly string[] }[] {
  return [];
}
