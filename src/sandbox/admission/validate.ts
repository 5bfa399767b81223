import { equalJson, isMap, type Json, type JsonMap, textAt, valueAt } from "../../core/json.ts";
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from "../api-error.ts";
import { validateCustomObject } from "../crd/admit.ts";
import { validateDefinition } from "../crd/validate.ts";
import { bareMap, childMap, mapsAt, numberAt, textMapAt } from "../kube-object.ts";
import { configKeyProblem } from "../names.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";
import { matchesLabels, selectorOf } from "../selectors.ts";
import { nonNegative, validatePodSpec, validateTemplate } from "./validate-pods.ts";
import { validateService, validateServiceUpdate } from "./validate-services.ts";

// The rules of pkg/apis/*/validation that packages run into; texts and order are the server's.

export function validateForCreate(object: JsonMap, type: ResourceType): FieldError[] {
  if (type.custom !== undefined) return validateCustomObject(object, type, false);
  return rules[collectionOf(type)]?.(object, specOf(object)) ?? [];
}

export function validateForUpdate(
  after: JsonMap,
  before: JsonMap,
  type: ResourceType,
  subresource: string,
): FieldError[] {
  if (type.custom !== undefined) return validateCustomObject(after, type, subresource === "status");
  if (subresource === "status") return [];
  const collection = collectionOf(type);
  const changed = updateRules[collection]?.(after, before) ?? [];
  if (collection === "pods") return changed;
  return [...changed, ...(rules[collection]?.(after, specOf(after)) ?? [])];
}

function specOf(object: JsonMap): JsonMap {
  return isMap(object["spec"]) ? object["spec"] : childMap(bareMap(object), "spec");
}

type Rule = (object: JsonMap, spec: JsonMap) => FieldError[];

const rules: Record<string, Rule> = {
  pods: (_, spec) => validatePodSpec(spec, "spec"),
  services: (_, spec) => validateService(spec),
  configmaps: object => [...validateKeys(object, "data"), ...validateKeys(object, "binaryData")],
  secrets: object => [...validateKeys(object, "data"), ...validateSecretType(object)],
  persistentvolumeclaims: (_, spec) => validateClaim(spec),
  persistentvolumes: (_, spec) => validateVolume(spec),
  "deployments.apps": (_, spec) => [
    ...nonNegative(spec, "spec", "replicas"),
    ...validateSelected(spec),
    ...strategy(spec),
  ],
  "replicasets.apps": (_, spec) => [...nonNegative(spec, "spec", "replicas"), ...validateSelected(spec)],
  "daemonsets.apps": (_, spec) => validateSelected(spec),
  "statefulsets.apps": (_, spec) => [...nonNegative(spec, "spec", "replicas"), ...validateSelected(spec)],
  "jobs.batch": (_, spec) => validateJob(spec, "spec"),
  "cronjobs.batch": (_, spec) => validateCronJob(spec),
  "customresourcedefinitions.apiextensions.k8s.io": validateDefinition,
  "rolebindings.rbac.authorization.k8s.io": object => validateRoleRef(object),
  "clusterrolebindings.rbac.authorization.k8s.io": object => validateRoleRef(object),
  "roles.rbac.authorization.k8s.io": validatePolicyRules,
  "clusterroles.rbac.authorization.k8s.io": validatePolicyRules,
  "ingresses.networking.k8s.io": (_, spec) => validateIngress(spec),
  "storageclasses.storage.k8s.io": object => (object["provisioner"] ? [] : [required("provisioner")]),
  "horizontalpodautoscalers.autoscaling": (_, spec) => validateAutoscaler(spec),
  "poddisruptionbudgets.policy": (_, spec) =>
    spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined
      ? [invalidValue("spec", spec, "minAvailable and maxUnavailable cannot be both set")]
      : [],
};

function validateSelected(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const selector = selectorOf(spec["selector"]);
  const labels = textMapAt(spec, "template", "metadata", "labels");
  const shown =
    isMap(spec["template"]) && isMap(spec["template"]["metadata"])
      ? spec["template"]["metadata"]["labels"]
      : null;
  if (selector === undefined) errors.push(required("spec.selector"));
  else if (selector.length === 0) {
    errors.push(invalidValue("spec.selector", spec["selector"], "empty selector is invalid for deployment"));
  }
  if (selector === undefined || (selector.length > 0 && !matchesLabels(selector, labels))) {
    errors.push(
      invalidValue(
        "spec.template.metadata.labels",
        shown ?? null,
        "`selector` does not match template `labels`",
      ),
    );
  }
  const claims = mapsAt(spec, "volumeClaimTemplates").map(claim => textAt(claim, "metadata", "name") ?? "");
  errors.push(...validateTemplate(spec["template"], "spec.template", ["Always"], claims));
  return errors;
}

function strategy(spec: JsonMap): FieldError[] {
  const type = textAt(spec, "strategy", "type") ?? "";
  if (type !== "Recreate" && type !== "RollingUpdate") {
    return [notSupported("spec.strategy.type", type, ["Recreate", "RollingUpdate"])];
  }
  if (type === "Recreate" && isMap(spec["strategy"]) && spec["strategy"]["rollingUpdate"] !== undefined) {
    return [
      forbiddenField(
        "spec.strategy.rollingUpdate",
        "may not be specified when strategy `type` is 'Recreate'",
      ),
    ];
  }
  return [];
}

function validateKeys(object: JsonMap, field: string): FieldError[] {
  const data = object[field];
  if (!isMap(data)) return [];
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    const wrong = configKeyProblem(key);
    if (wrong !== undefined) errors.push(invalidValue(`${field}[${key}]`, key, wrong));
    size += Buffer.byteLength(String(value));
  }
  if (size > 1024 * 1024) {
    errors.push({
      reason: "FieldValueTooLong",
      field: "",
      message: "Too long: may not be more than 1048576 bytes",
    });
  }
  return errors;
}

const secretKeys: Record<string, readonly string[]> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

function validateSecretType(object: JsonMap): FieldError[] {
  const data = isMap(object["data"]) ? object["data"] : {};
  return (secretKeys[String(object["type"])] ?? [])
    .filter(key => data[key] === undefined)
    .map(key => required(`data[${key}]`));
}

function validateClaim(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const modes = spec["accessModes"];
  if (!Array.isArray(modes) || modes.length === 0) {
    errors.push(required("spec.accessModes", "at least 1 access mode is required"));
  } else {
    modes.forEach(mode => {
      if (!accessModes.includes(String(mode)))
        errors.push(notSupported("spec.accessModes", mode, accessModes));
    });
  }
  if (textAt(spec, "resources", "requests", "storage") === undefined)
    errors.push(required("spec.resources[storage]"));
  return errors;
}

const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

function validateVolume(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  if (!Array.isArray(spec["accessModes"]) || spec["accessModes"].length === 0)
    errors.push(required("spec.accessModes"));
  if (!isMap(spec["capacity"])) errors.push(required("spec.capacity"));
  const plain = new Set([
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
  ]);
  if (!Object.keys(spec).some(key => !plain.has(key)))
    errors.push(required("spec", "must specify a volume type"));
  return errors;
}

function validateJob(spec: JsonMap, at: string): FieldError[] {
  return [
    ...nonNegative(spec, at, "parallelism"),
    ...nonNegative(spec, at, "completions"),
    ...nonNegative(spec, at, "backoffLimit"),
    ...nonNegative(spec, at, "activeDeadlineSeconds"),
    ...validateTemplate(spec["template"], `${at}.template`, ["OnFailure", "Never"]),
  ];
}

function validateCronJob(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const schedule = textAt(spec, "schedule") ?? "";
  if (schedule === "") errors.push(required("spec.schedule"));
  else if (!/^@\w+/.test(schedule) && schedule.trim().split(/\s+/).length !== 5) {
    const found = schedule.trim().split(/\s+/);
    errors.push(
      invalidValue(
        "spec.schedule",
        schedule,
        `expected exactly 5 fields, found ${found.length}: [${found.join(" ")}]`,
      ),
    );
  }
  const job =
    isMap(spec["jobTemplate"]) && isMap(spec["jobTemplate"]["spec"])
      ? spec["jobTemplate"]["spec"]
      : undefined;
  return job === undefined ? errors : [...errors, ...validateJob(job, "spec.jobTemplate.spec")];
}

function validateRoleRef(object: JsonMap): FieldError[] {
  const ref = isMap(object["roleRef"]) ? object["roleRef"] : {};
  const errors: FieldError[] = [];
  if (ref["apiGroup"] !== "rbac.authorization.k8s.io") {
    errors.push(notSupported("roleRef.apiGroup", ref["apiGroup"] ?? "", ["rbac.authorization.k8s.io"]));
  }
  if (ref["kind"] !== "Role" && ref["kind"] !== "ClusterRole") {
    errors.push(notSupported("roleRef.kind", ref["kind"] ?? "", ["Role", "ClusterRole"]));
  }
  if (!ref["name"]) errors.push(required("roleRef.name"));
  mapsAt(object, "subjects").forEach((subject, index) => {
    if (!subject["name"]) errors.push(required(`subjects[${index}].name`));
    if (subject["kind"] === "ServiceAccount" && !subject["namespace"]) {
      errors.push(required(`subjects[${index}].namespace`));
    }
  });
  return errors;
}

function validatePolicyRules(object: JsonMap): FieldError[] {
  return mapsAt(object, "rules").flatMap((rule, index) => {
    const errors: FieldError[] = [];
    const has = (key: string): boolean => Array.isArray(rule[key]) && rule[key].length > 0;
    if (!has("verbs"))
      errors.push(required(`rules[${index}].verbs`, "verbs must contain at least one value"));
    if (has("nonResourceURLs")) return errors;
    if (!has("apiGroups")) {
      errors.push(required(`rules[${index}].apiGroups`, "resource rules must supply at least one api group"));
    }
    if (!has("resources")) {
      errors.push(required(`rules[${index}].resources`, "resource rules must supply at least one resource"));
    }
    return errors;
  });
}

function validateIngress(spec: JsonMap): FieldError[] {
  if (!isMap(spec["defaultBackend"]) && mapsAt(spec, "rules").length === 0) {
    return [invalidValue("spec", spec, "either `defaultBackend` or `rules` must be specified")];
  }
  return mapsAt(spec, "rules").flatMap((rule, index) =>
    mapsAt(rule, "http", "paths").flatMap((path, place): FieldError[] =>
      path["pathType"] === undefined
        ? [required(`spec.rules[${index}].http.paths[${place}].pathType`, "pathType must be specified")]
        : [],
    ),
  );
}

function validateAutoscaler(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const max = numberAt(spec, "maxReplicas") ?? 0;
  const min = numberAt(spec, "minReplicas") ?? 1;
  if (min < 1) errors.push(invalidValue("spec.minReplicas", min, "must be greater than or equal to 1"));
  if (max < 1) errors.push(invalidValue("spec.maxReplicas", max, "must be greater than 0"));
  if (max < min)
    errors.push(invalidValue("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`"));
  return errors;
}

const immutable = "field is immutable";

function unchanged(after: JsonMap, before: JsonMap, field: string): FieldError[] {
  const next = specOf(after)[field];
  return equalJson(next, specOf(before)[field])
    ? []
    : [invalidValue(`spec.${field}`, next ?? null, immutable)];
}

const updateRules: Record<string, (after: JsonMap, before: JsonMap) => FieldError[]> = {
  "deployments.apps": (after, before) => unchanged(after, before, "selector"),
  "replicasets.apps": (after, before) => unchanged(after, before, "selector"),
  "daemonsets.apps": (after, before) => unchanged(after, before, "selector"),
  "statefulsets.apps": (after, before) => {
    const free = [
      "replicas",
      "ordinals",
      "template",
      "updateStrategy",
      "revisionHistoryLimit",
      "persistentVolumeClaimRetentionPolicy",
      "minReadySeconds",
    ];
    if (equalJson(less(specOf(after), free), less(specOf(before), free))) return [];
    return [
      forbiddenField(
        "spec",
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
          "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    ];
  },
  "jobs.batch": (after, before) => [
    ...unchanged(after, before, "selector"),
    ...unchanged(after, before, "template"),
    ...unchanged(after, before, "completionMode"),
  ],
  services: (after, before) => validateServiceUpdate(specOf(after), specOf(before)),
  persistentvolumeclaims: (after, before) => {
    const free = ["resources", "volumeAttributesClassName"];
    const bound =
      textAt(before, "spec", "volumeName") === undefined ? [...free, "volumeName", "storageClassName"] : free;
    if (equalJson(less(specOf(after), bound), less(specOf(before), bound))) return [];
    return [
      forbiddenField(
        "spec",
        "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
      ),
    ];
  },
  configmaps: (after, before) => frozen(after, before, ["data", "binaryData"]),
  secrets: (after, before) => [
    ...(after["type"] === before["type"] ? [] : [invalidValue("type", after["type"], immutable)]),
    ...frozen(after, before, ["data"]),
  ],
  "rolebindings.rbac.authorization.k8s.io": sameRole,
  "clusterrolebindings.rbac.authorization.k8s.io": sameRole,
  "storageclasses.storage.k8s.io": (after, before) =>
    equalJson(after["parameters"], before["parameters"]) && after["provisioner"] === before["provisioner"]
      ? []
      : [forbiddenField("provisioner", "updates to provisioner are forbidden.")],
  pods: (after, before) => {
    const free = (object: JsonMap): JsonMap => {
      const spec = bareMap(
        less(specOf(object), [
          "activeDeadlineSeconds",
          "tolerations",
          "terminationGracePeriodSeconds",
          "nodeName",
          "schedulingGates",
        ]),
      );
      for (const container of [...mapsAt(spec, "containers"), ...mapsAt(spec, "initContainers")])
        delete container["image"];
      return spec;
    };
    if (equalJson(free(after), free(before))) return [];
    return [
      forbiddenField(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
          "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
          "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
      ),
    ];
  },
};

function less(map: JsonMap, fields: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !fields.includes(key)));
}

function frozen(after: JsonMap, before: JsonMap, fields: readonly string[]): FieldError[] {
  if (before["immutable"] !== true) return [];
  const message = "field is immutable when `immutable` is set";
  const errors: FieldError[] = after["immutable"] === true ? [] : [forbiddenField("immutable", message)];
  for (const field of fields) {
    if (!equalJson(after[field] ?? null, before[field] ?? null)) errors.push(forbiddenField(field, message));
  }
  return errors;
}

function sameRole(after: JsonMap, before: JsonMap): FieldError[] {
  const ref: Json = after["roleRef"] ?? null;
  if (equalJson(ref, before["roleRef"] ?? null)) return [];
  // The server shows the fields as its own structs name them.
  const at = (name: string): Json => valueAt(ref, name) ?? "";
  const shown = { APIGroup: at("apiGroup"), Kind: at("kind"), Name: at("name") };
  return [invalidValue("roleRef", shown, "cannot change roleRef")];
}
