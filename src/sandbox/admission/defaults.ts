import { emptyMap, isMap, type Json, type JsonMap, listAt } from "../../core/json.ts";
import { defaultDefinition } from "../crd/validate.ts";
import { childMap, mapsAt, numberAt } from "../kube-object.ts";
import { foldStringData } from "./fold.ts";

// What pkg/apis/*/v1/defaults.go writes into objects that leave it open. Objects are changed in place.

function fill(map: JsonMap, values: Record<string, Json>): void {
  for (const [key, value] of Object.entries(values)) {
    if (map[key] === undefined || map[key] === null || map[key] === "") map[key] = value;
  }
}

export function applyDefaults(object: JsonMap): void {
  const spec = isMap(object["spec"]) ? object["spec"] : undefined;
  const defaults = byKind[String(object["kind"])];
  if (defaults === undefined) return;
  defaults(object, spec ?? emptyMap(), spec !== undefined);
}

type Defaulter = (object: JsonMap, spec: JsonMap, hasSpec: boolean) => void;

const byKind: Record<string, Defaulter> = {
  Pod(_, spec) {
    podSpec(spec);
    fill(spec, { enableServiceLinks: true });
    for (const container of allContainers(spec)) requestsFromLimits(container);
  },
  PodTemplate(object) {
    podTemplate(object);
  },
  ReplicationController(_, spec) {
    podTemplate(spec);
    fill(spec, { replicas: 1 });
    const labels =
      isMap(spec["template"]) && isMap(spec["template"]["metadata"])
        ? spec["template"]["metadata"]["labels"]
        : undefined;
    if (labels !== undefined) fill(spec, { selector: labels });
  },
  Deployment(_, spec) {
    podTemplate(spec);
    fill(spec, { replicas: 1 });
    const strategy = childMap(spec, "strategy");
    fill(strategy, { type: "RollingUpdate" });
    if (strategy["type"] === "RollingUpdate") {
      fill(childMap(strategy, "rollingUpdate"), { maxUnavailable: "25%", maxSurge: "25%" });
    }
    fill(spec, { revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  },
  ReplicaSet(_, spec) {
    podTemplate(spec);
    fill(spec, { replicas: 1 });
  },
  StatefulSet(_, spec) {
    podTemplate(spec);
    fill(spec, { podManagementPolicy: "OrderedReady", replicas: 1, revisionHistoryLimit: 10 });
    const strategy = childMap(spec, "updateStrategy");
    fill(strategy, { type: "RollingUpdate" });
    if (strategy["type"] === "RollingUpdate") fill(childMap(strategy, "rollingUpdate"), { partition: 0 });
    fill(childMap(spec, "persistentVolumeClaimRetentionPolicy"), {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    for (const claim of mapsAt(spec, "volumeClaimTemplates")) {
      fill(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim" });
      fill(childMap(claim, "spec"), { volumeMode: "Filesystem" });
      claim["status"] = { phase: "Pending" };
    }
  },
  DaemonSet(object, spec) {
    podTemplate(spec);
    fill(childMap(childMap(object, "metadata"), "annotations"), {
      "deprecated.daemonset.template.generation": "1",
    });
    const strategy = childMap(spec, "updateStrategy");
    fill(strategy, { type: "RollingUpdate" });
    if (strategy["type"] === "RollingUpdate") {
      fill(childMap(strategy, "rollingUpdate"), { maxUnavailable: 1, maxSurge: 0 });
    }
    fill(spec, { revisionHistoryLimit: 10 });
  },
  Job(_, spec) {
    jobSpec(spec);
  },
  CronJob(_, spec) {
    fill(spec, {
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const job = childMap(spec, "jobTemplate");
    childMap(job, "metadata");
    podTemplate(childMap(job, "spec"));
  },
  Service(_, spec) {
    fill(spec, { sessionAffinity: "None", type: "ClusterIP" });
    const type = spec["type"];
    for (const port of mapsAt(spec, "ports")) {
      fill(port, { protocol: "TCP" });
      if (type !== "ExternalName" && port["port"] !== undefined) fill(port, { targetPort: port["port"] });
    }
    if (type !== "ExternalName") fill(spec, { internalTrafficPolicy: "Cluster" });
    if (type === "NodePort" || type === "LoadBalancer") fill(spec, { externalTrafficPolicy: "Cluster" });
    if (type === "LoadBalancer") fill(spec, { allocateLoadBalancerNodePorts: true });
    if (spec["sessionAffinity"] === "ClientIP") {
      fill(childMap(childMap(spec, "sessionAffinityConfig"), "clientIP"), { timeoutSeconds: 10800 });
    }
  },
  Secret(object) {
    foldStringData(object);
    fill(object, { type: "Opaque" });
  },
  PersistentVolumeClaim(_, spec) {
    fill(spec, { volumeMode: "Filesystem" });
  },
  PersistentVolume(_, spec) {
    fill(spec, { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" });
    const host = spec["hostPath"];
    if (isMap(host) && host["type"] === undefined) host["type"] = "";
  },
  HorizontalPodAutoscaler(_, spec) {
    fill(spec, { minReplicas: 1 });
    if (mapsAt(spec, "metrics").length === 0) {
      spec["metrics"] = [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
        },
      ];
    }
  },
  NetworkPolicy(_, spec) {
    for (const rule of [...mapsAt(spec, "ingress"), ...mapsAt(spec, "egress")]) {
      for (const port of mapsAt(rule, "ports")) fill(port, { protocol: "TCP" });
    }
    if (listAt(spec, "policyTypes").length === 0) {
      spec["policyTypes"] = mapsAt(spec, "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
    }
  },
  StorageClass(object) {
    fill(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });
  },
  RoleBinding: roleBinding,
  ClusterRoleBinding: roleBinding,
  ClusterRole(object) {
    object["rules"] ??= null;
  },
  Role(object) {
    object["rules"] ??= null;
  },
  CustomResourceDefinition: defaultDefinition,
  PriorityClass(object) {
    fill(object, { preemptionPolicy: "PreemptLowerPriority" });
  },
  Namespace(object) {
    const metadata = childMap(object, "metadata");
    if (typeof metadata["name"] === "string" && metadata["name"] !== "") {
      childMap(metadata, "labels")["kubernetes.io/metadata.name"] = metadata["name"];
    }
  },
};

function roleBinding(object: JsonMap): void {
  const ref = object["roleRef"];
  if (isMap(ref)) fill(ref, { apiGroup: "rbac.authorization.k8s.io" });
  for (const subject of mapsAt(object, "subjects")) {
    if (subject["kind"] === "User" || subject["kind"] === "Group")
      fill(subject, { apiGroup: "rbac.authorization.k8s.io" });
  }
}

function jobSpec(spec: JsonMap): void {
  podTemplate(spec);
  if (spec["completions"] === undefined && spec["parallelism"] === undefined)
    fill(spec, { completions: 1, parallelism: 1 });
  fill(spec, {
    manualSelector: false,
    parallelism: 1,
    backoffLimit: spec["backoffLimitPerIndex"] === undefined ? 6 : 2147483647,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed",
  });
}

function podTemplate(holder: JsonMap): void {
  const template = childMap(holder, "template");
  childMap(template, "metadata");
  podSpec(childMap(template, "spec"));
}

function allContainers(spec: JsonMap): JsonMap[] {
  return [...mapsAt(spec, "initContainers"), ...mapsAt(spec, "containers")];
}

function podSpec(spec: JsonMap): void {
  for (const item of allContainers(spec)) container(item);
  for (const volume of mapsAt(spec, "volumes")) volumeSource(volume);
  fill(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
  });
  if (typeof spec["serviceAccountName"] === "string" && spec["serviceAccountName"] !== "") {
    spec["serviceAccount"] = spec["serviceAccountName"];
  } else if (typeof spec["serviceAccount"] === "string" && spec["serviceAccount"] !== "") {
    spec["serviceAccountName"] = spec["serviceAccount"];
  }
  childMap(spec, "securityContext");
  fill(spec, { schedulerName: "default-scheduler" });
}

function container(item: JsonMap): void {
  for (const port of mapsAt(item, "ports")) fill(port, { protocol: "TCP" });
  for (const variable of mapsAt(item, "env")) {
    const field = isMap(variable["valueFrom"]) ? variable["valueFrom"]["fieldRef"] : undefined;
    if (isMap(field)) fill(field, { apiVersion: "v1" });
  }
  childMap(item, "resources");
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = item[name];
    if (isMap(probe)) defaultProbe(probe);
  }
  for (const hook of ["postStart", "preStop"]) {
    const lifecycle = item["lifecycle"];
    const handler = isMap(lifecycle) ? lifecycle[hook] : undefined;
    if (isMap(handler)) httpGet(handler);
  }
  fill(item, {
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: pullPolicy(typeof item["image"] === "string" ? item["image"] : ""),
  });
}

function defaultProbe(probe: JsonMap): void {
  httpGet(probe);
  const grpc = probe["grpc"];
  if (isMap(grpc) && grpc["service"] === undefined) grpc["service"] = "";
  for (const [key, value] of Object.entries({
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })) {
    if ((numberAt(probe, key) ?? 0) === 0) probe[key] = value;
  }
}

function httpGet(handler: JsonMap): void {
  const get = handler["httpGet"];
  if (isMap(get)) fill(get, { path: "/", scheme: "HTTP" });
}

/** `Always` for `latest` and for images without a tag. */
function pullPolicy(image: string): string {
  if (image.includes("@")) return "IfNotPresent";
  const last = image.slice(image.lastIndexOf("/") + 1);
  const colon = last.lastIndexOf(":");
  return colon < 0 || last.slice(colon + 1) === "latest" ? "Always" : "IfNotPresent";
}

function volumeSource(volume: JsonMap): void {
  for (const source of ["secret", "configMap", "downwardAPI", "projected"]) {
    const value = volume[source];
    if (isMap(value)) fill(value, { defaultMode: 420 });
  }
  const host = volume["hostPath"];
  if (isMap(host) && host["type"] === undefined) host["type"] = "";
  const keys = Object.keys(volume).filter(key => key !== "name");
  if (keys.length === 0) volume["emptyDir"] = emptyMap();
}

function requestsFromLimits(item: JsonMap): void {
  const resources = childMap(item, "resources");
  const limits = resources["limits"];
  if (!isMap(limits)) return;
  const requests = childMap(resources, "requests");
  for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount;
}
