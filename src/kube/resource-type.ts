/** A kind as the server serves it. */
export interface ResourceType {
  group: string;
  version: string;
  kind: string;
  /** Plural name, the one in paths. */
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
}

export function apiVersionOf(type: Pick<ResourceType, "group" | "version">): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/** Path of a list of objects or of one object. Names are encoded: they come from packages. */
export function pathOf(type: ResourceType, namespace: string, name?: string, subresource?: string): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const inside = type.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${inside}/${type.plural}${object}${subresource === undefined ? "" : `/${subresource}`}`;
}
