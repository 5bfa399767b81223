/** What a Kubernetes object is called, whatever the version of its kind. Cluster-scoped objects have namespace "". */
export interface ResourceId {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

const rbacGroup = "rbac.authorization.k8s.io";
const rbacKinds = new Set(["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);

/** `namespace_name_group_Kind`; only RBAC names hold colons, which are written `__`. */
export function formatInventoryId(id: ResourceId): string {
  const isRbac = id.group === rbacGroup && rbacKinds.has(id.kind);
  const name = isRbac ? id.name.replaceAll(":", "__") : id.name;
  return `${id.namespace}_${name}_${id.group}_${id.kind}`;
}

/** Undefined where the text is no inventory id. */
export function parseInventoryId(text: string): ResourceId | undefined {
  const match = /^([^_]*)_(.*)_([^_]*)_([^_]*)$/s.exec(text);
  if (match === null) return undefined;
  const [, namespace = "", name = "", group = "", kind = ""] = match;
  const isRbac = group === rbacGroup && rbacKinds.has(kind);
  return { group, kind, namespace, name: isRbac ? name.replaceAll("__", ":") : name };
}

/** `group/namespaces/namespace/Kind/name` or `group/Kind/name`, as annotations refer to objects. */
export function formatReference(id: ResourceId): string {
  return id.namespace === ""
    ? `${id.group}/${id.kind}/${id.name}`
    : `${id.group}/namespaces/${id.namespace}/${id.kind}/${id.name}`;
}

/** Undefined where the text has another number of parts. */
export function parseReference(text: string): ResourceId | undefined {
  const fields = text.split("/");
  const [group = "", second = "", third = "", kind = "", name = ""] = fields;
  if (fields.length === 3) return { group, kind: second, namespace: "", name: third };
  if (fields.length !== 5 || second !== "namespaces") return undefined;
  return { group, kind, namespace: third, name };
}

/** `deployment.apps/web`, as lines of output call an object. */
export function formatDisplay(id: ResourceId): string {
  const kind = id.group === "" ? id.kind : `${id.kind}.${id.group}`;
  return `${kind.toLowerCase()}/${id.name}`;
}
