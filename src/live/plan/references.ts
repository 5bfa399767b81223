import type { Json, JsonMap } from "../../core/json.ts";
import { isMap, listAt, textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { idOf } from "./identity.ts";

/** Objects that a plain specification names: what must be there for it to work. */
export function referencesOf(object: JsonMap): ResourceId[] {
  const id = idOf(object);
  const found: ResourceId[] = [];
  const add = (kind: string, name: string | undefined, namespace = id.namespace, group = ""): void => {
    if (name !== undefined && name !== "") found.push({ group, kind, namespace, name });
  };
  switch (`${id.group}/${id.kind}`) {
    case "rbac.authorization.k8s.io/RoleBinding":
    case "rbac.authorization.k8s.io/ClusterRoleBinding": {
      const role = textAt(object, "roleRef", "kind") ?? "";
      const space = role === "ClusterRole" ? "" : id.namespace;
      add(role, textAt(object, "roleRef", "name"), space, "rbac.authorization.k8s.io");
      for (const subject of listAt(object, "subjects")) {
        if (textAt(subject, "kind") !== "ServiceAccount") continue;
        add("ServiceAccount", textAt(subject, "name"), textAt(subject, "namespace") ?? id.namespace);
      }
      break;
    }
    case "admissionregistration.k8s.io/ValidatingWebhookConfiguration":
    case "admissionregistration.k8s.io/MutatingWebhookConfiguration":
      for (const webhook of listAt(object, "webhooks")) {
        const namespace = textAt(webhook, "clientConfig", "service", "namespace") ?? "";
        add("Service", textAt(webhook, "clientConfig", "service", "name"), namespace);
      }
      break;
    case "autoscaling/HorizontalPodAutoscaler": {
      const version = textAt(object, "spec", "scaleTargetRef", "apiVersion") ?? "";
      const group = version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
      const kind = textAt(object, "spec", "scaleTargetRef", "kind") ?? "";
      add(kind, textAt(object, "spec", "scaleTargetRef", "name"), id.namespace, group);
      break;
    }
    default:
      for (const pod of podSpecsOf(object, id)) podReferences(pod, add);
  }
  return found;
}

function podSpecsOf(object: JsonMap, id: ResourceId): Json[] {
  const spec = object["spec"];
  if (!isMap(spec)) return [];
  if (id.kind === "Pod" && id.group === "") return [spec];
  const template = id.kind === "CronJob" ? (spec["jobTemplate"] ?? null) : object;
  const inner = isMap(template) && isMap(template["spec"]) ? template["spec"]["template"] : undefined;
  return isMap(inner) && isMap(inner["spec"]) ? [inner["spec"]] : [];
}

function podReferences(pod: Json, add: (kind: string, name: string | undefined) => void): void {
  add("ServiceAccount", textAt(pod, "serviceAccountName"));
  for (const secret of listAt(pod, "imagePullSecrets")) add("Secret", textAt(secret, "name"));
  for (const volume of listAt(pod, "volumes")) {
    add("ConfigMap", textAt(volume, "configMap", "name"));
    add("Secret", textAt(volume, "secret", "secretName"));
    add("PersistentVolumeClaim", textAt(volume, "persistentVolumeClaim", "claimName"));
    for (const source of listAt(volume, "projected", "sources")) {
      add("ConfigMap", textAt(source, "configMap", "name"));
      add("Secret", textAt(source, "secret", "name"));
    }
  }
  for (const list of ["initContainers", "containers"]) {
    for (const container of listAt(pod, list)) {
      for (const source of listAt(container, "envFrom")) {
        add("ConfigMap", textAt(source, "configMapRef", "name"));
        add("Secret", textAt(source, "secretRef", "name"));
      }
      for (const variable of listAt(container, "env")) {
        add("ConfigMap", textAt(variable, "valueFrom", "configMapKeyRef", "name"));
        add("Secret", textAt(variable, "valueFrom", "secretKeyRef", "name"));
      }
    }
  }
}
