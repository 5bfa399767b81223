/** Which object something is, never which version of its kind. Cluster objects have namespace "". */
export interface ResourceId {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const rbacKinds = new Set(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]);
const rbacGroup = "rbac.authorization.k8s.io";

function isRbac(group: string, kind: string): boolean {
  return group === rbacGroup && rbacKinds.has(kind);
}

/** `<namespace>_<name>_<group>_<Kind>`, the key of an object in an inventory. */
export function formatInventoryId(id: ResourceId): string {
  const name = isRbac(id.group, id.kind) ? id.name.replaceAll(":", "__") : id.name;
  return `${id.namespace}_${name}_${id.group}_${id.kind}`;
}

/** Reads an inventory key; undefined when the text is none. */
export function parseInventoryId(text: string): ResourceId | undefined {
  const first = text.indexOf("_");
  const last = text.lastIndexOf("_");
  const middle = text.lastIndexOf("_", last - 1);
  if (first < 0 || last <= first || middle <= first || last === 0) return undefined;
  const kind = text.slice(last + 1);
  const group = text.slice(middle + 1, last);
  const name = text.slice(first + 1, middle);
  if (kind === "" || name === "") return undefined;
  if (isRbac(group, kind))
    return { namespace: text.slice(0, first), name: name.replaceAll("__", ":"), group, kind };
  if (name.includes("_")) return undefined;
  return { namespace: text.slice(0, first), name, group, kind };
}

/** `<group>/namespaces/<ns>/<Kind>/<name>` or `<group>/<Kind>/<name>`, as in the depends-on annotation. */
export function formatReference(id: ResourceId): string {
  return id.namespace === ""
    ? `${id.group}/${id.kind}/${id.name}`
    : `${id.group}/namespaces/${id.namespace}/${id.kind}/${id.name}`;
}

/** Reads a reference of the depends-on annotation; undefined when the text is none. */
export function parseReference(text: string): ResourceId | undefined {
  const fields = text.split("/");
  const [group = "", second = "", third = "", kind = "", name = ""] = fields;
  if (fields.length === 3) return { group, namespace: "", kind: second, name: third };
  if (fields.length !== 5 || second !== "namespaces") return undefined;
  return { group, namespace: third, kind, name };
}

/** Lower-case `kind.group/name`, as in the lines of `kpt live`. */
export function formatDisplay(id: ResourceId): string {
  const type = id.group === "" ? id.kind : `${id.kind}.${id.group}`;
  return `${type.toLowerCase()}/${id.name}`;
}
