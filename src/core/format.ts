import type { MapNode, SeqNode, YamlNode } from "./yaml/node.ts";

/** Fields in the order people expect; all others follow by name. Source: kyaml, `yaml/order.go`. */
const fieldOrder = `
  name generateName namespace clusterName apiVersion kind metadata type labels annotations spec status
  stringData data binaryData parallelism completions activeDeadlineSeconds backoffLimit replicas
  selector manualSelector template ttlSecondsAfterFinished volumeClaimTemplates service serviceName
  podManagementPolicy updateStrategy strategy minReadySeconds revision revisionHistoryLimit paused
  progressDeadlineSeconds restartPolicy terminationGracePeriodSeconds dnsPolicy serviceAccountName
  serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC
  shareProcessNamespace hostname subdomain schedulerName priorityClassName priority runtimeClassName
  enableServiceLinks nodeSelector hostAliases initContainers containers volumes imagePullSecrets
  affinity tolerations dnsConfig readinessGates image command args workingDir ports envFrom env
  resources volumeMounts volumeDevices livenessProbe readinessProbe lifecycle terminationMessagePath
  terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty clusterIP externalIPs
  loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy sessionAffinity protocol
  port targetPort hostPort containerPort hostIP readOnly mountPath subPath subPathExpr
  mountPropagation value valueFrom fieldRef resourceFieldRef configMapKeyRef secretKeyRef prefix
  configMapRef secretRef
`
  .trim()
  .split(/\s+/);

const placeOf = new Map(fieldOrder.map((name, index) => [name, index]));

const workloads = new Set(["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"]);
const workloadVersions = /^(?:apps\/(?:v1|v1beta1|v1beta2)|batch\/(?:v1|v1beta1)|extensions\/v1beta1|v1)$/;

/**
 * Puts the fields of a resource into canonical order, in place; comments go with their fields. Lists keep
 * theirs, except containers and the operations of webhooks. A document that is no resource, or that opts
 * out by `config.kubernetes.io/formatting: none`, is left as it is.
 */
export function formatResource(root: MapNode): void {
  const kind = root.text("kind");
  const apiVersion = root.text("apiVersion");
  if (!kind || !apiVersion) return;
  const optsOut = root.getIn(["metadata", "annotations", "config.kubernetes.io/formatting"]);
  if (optsOut?.kind === "scalar" && optsOut.text === "none") return;

  const pending: YamlNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === "map") {
      sortFields(node);
      pending.push(...node.entries.map(({ value }) => value));
    } else if (node.kind === "seq") pending.push(...node.items);
  }
  if (workloads.has(kind) && workloadVersions.test(apiVersion)) {
    sortItems(root.getIn(["spec", "template", "spec", "containers"]), item =>
      item.kind === "map" ? item.text("name") : undefined,
    );
  }
  if (kind === "ValidatingWebhookConfiguration") {
    for (const webhook of itemsOf(root.get("webhooks"))) {
      for (const rule of itemsOf(webhook.kind === "map" ? webhook.get("rules") : undefined)) {
        sortItems(rule.kind === "map" ? rule.get("operations") : undefined, item =>
          item.kind === "scalar" ? item.text : undefined,
        );
      }
    }
  }
}

function sortFields(map: MapNode): void {
  const sorted = map.keys().toSorted(compareFields);
  sorted.forEach((key, index) => {
    if (map.entries[index]?.keyText !== key) map.move(key, index);
  });
}

export function compareFields(a: string, b: string): number {
  const left = placeOf.get(a) ?? fieldOrder.length;
  const right = placeOf.get(b) ?? fieldOrder.length;
  if (left !== right) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}

function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === "seq" ? node.items : [];
}

/** Orders a list by a text of each item; a list that holds an item without one stays as it is. */
function sortItems(node: YamlNode | undefined, textOf: (item: YamlNode) => string | undefined): void {
  if (node?.kind !== "seq") return;
  const list: SeqNode = node;
  if (list.items.some(item => textOf(item) === undefined)) return;
  const sorted = list.items.toSorted((a, b) => {
    const left = textOf(a) ?? "";
    const right = textOf(b) ?? "";
    return left < right ? -1 : left > right ? 1 : 0;
  });
  sorted.forEach((item, index) => {
    const from = list.items.indexOf(item, index);
    if (from !== index) list.move(from, index);
  });
}
