import { isMap, type Json, type JsonMap, textAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { childMap, isBeingDeleted, mapsAt, numberAt, textMapAt, uidOf } from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import {
  controllerManager,
  controllerReference,
  hasEnded,
  isReady,
  mustType,
  writeSpec,
  writeStatus,
} from "./objects.ts";

const slices = "endpointslices.discovery.k8s.io";

/** Endpoints of services, and addresses for those that ask for a load balancer. */
export const serviceController: Controller = {
  name: "services",
  concerns(change, cluster) {
    const { collection, namespace } = change.entry;
    if (collection === "services") return [keyOfChange(change)];
    if (collection !== "pods") return [];
    return cluster.store
      .list("services", namespace)
      .filter(({ object }) => selectsPod(object, change.entry.object))
      .map(({ name }) => ({ collection: "services", namespace, name }));
  },
  reconcile(key, cluster) {
    const entry = cluster.store.get("services", key.namespace, key.name);
    if (entry === undefined) {
      if (cluster.store.get("endpoints", key.namespace, key.name) !== undefined) {
        deleteObject(cluster, mustType("endpoints", cluster), key.namespace, key.name);
      }
      return undefined;
    }
    if (isBeingDeleted(entry.object)) return undefined;
    balance(key, entry, cluster);
    if (selectorOf(entry.object).size > 0) publish(key, entry, cluster);
    return undefined;
  },
};

function selectorOf(service: JsonMap): Map<string, string> {
  return textMapAt(service, "spec", "selector");
}

function selectsPod(service: JsonMap, pod: JsonMap): boolean {
  const selector = selectorOf(service);
  const labels = textMapAt(pod, "metadata", "labels");
  return selector.size > 0 && [...selector].every(([name, value]) => labels.get(name) === value);
}

function balance(key: Key, entry: Stored, cluster: Cluster): void {
  const wanted = textAt(entry.object, "spec", "type") === "LoadBalancer";
  const present = mapsAt(entry.object, "status", "loadBalancer", "ingress").length > 0;
  if (wanted === present) return;
  writeStatus(cluster, key, status => {
    const address = `203.0.113.${1 + (entry.revision % 254)}`;
    status["loadBalancer"] = wanted ? { ingress: [{ ip: address, ipMode: "VIP" }] } : {};
  });
}

interface Target {
  pod: Stored;
  ready: boolean;
}

function publish(key: Key, entry: Stored, cluster: Cluster): void {
  const targets = cluster.store
    .list("pods", key.namespace)
    .filter(({ object }) => selectsPod(entry.object, object) && !hasEnded(object) && !isBeingDeleted(object))
    .filter(({ object }) => textAt(object, "status", "podIP") !== undefined)
    .map((pod): Target => ({ pod, ready: isReady(pod.object) }));
  const ports = mapsAt(entry.object, "spec", "ports");
  writeEndpoints(key, entry, targets, ports, cluster);
  writeSlice(key, entry, targets, ports, cluster);
}

function address(pod: Stored): JsonMap {
  return {
    ip: textAt(pod.object, "status", "podIP") ?? "",
    nodeName: textAt(pod.object, "spec", "nodeName") ?? "",
    targetRef: { kind: "Pod", namespace: pod.namespace, name: pod.name, uid: uidOf(pod.object) },
  };
}

function portsFor(ports: JsonMap[], pod: JsonMap | undefined): JsonMap[] {
  return ports.map(port => ({
    ...(port["name"] === undefined ? {} : { name: port["name"] }),
    port: targetPort(port, pod),
    protocol: port["protocol"] ?? "TCP",
  }));
}

function targetPort(port: JsonMap, pod: JsonMap | undefined): number {
  const target = port["targetPort"];
  if (typeof target === "number") return target;
  const named = mapsAt(pod, "spec", "containers")
    .flatMap(container => mapsAt(container, "ports"))
    .find(({ name }) => name === target);
  return numberAt(named, "containerPort") ?? numberAt(port, "port") ?? 0;
}

function labelsOf(service: JsonMap): JsonMap {
  const labels: JsonMap = Object.fromEntries(textMapAt(service, "metadata", "labels"));
  return labels;
}

function writeEndpoints(
  key: Key,
  entry: Stored,
  targets: Target[],
  ports: JsonMap[],
  cluster: Cluster,
): void {
  const subset: JsonMap = {};
  const ready = targets.filter(target => target.ready).map(({ pod }) => address(pod));
  const unready = targets.filter(target => !target.ready).map(({ pod }) => address(pod));
  if (ready.length > 0) subset["addresses"] = ready;
  if (unready.length > 0) subset["notReadyAddresses"] = unready;
  if (ports.length > 0) subset["ports"] = portsFor(ports, targets[0]?.pod.object);
  const subsets: Json[] = targets.length === 0 ? [] : [subset];
  const labels = { ...labelsOf(entry.object), "endpoints.kubernetes.io/managed-by": "endpoint-controller" };
  const object: JsonMap = { metadata: { name: key.name, labels } };
  if (subsets.length > 0) object["subsets"] = subsets;
  putObject("endpoints", key.namespace, key.name, object, "subsets", subsets, cluster);
}

function writeSlice(key: Key, entry: Stored, targets: Target[], ports: JsonMap[], cluster: Cluster): void {
  const name = `${key.name}-sandbox`;
  const endpoints: Json[] = targets.map(({ pod, ready }) => ({
    addresses: [textAt(pod.object, "status", "podIP") ?? ""],
    conditions: { ready, serving: ready, terminating: false },
    nodeName: textAt(pod.object, "spec", "nodeName") ?? "",
    targetRef: { kind: "Pod", namespace: pod.namespace, name: pod.name, uid: uidOf(pod.object) },
  }));
  const object: JsonMap = {
    metadata: {
      name,
      generateName: `${key.name}-`,
      labels: {
        ...labelsOf(entry.object),
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": key.name,
      },
      ownerReferences: [controllerReference(entry.object)],
    },
    addressType: "IPv4",
    endpoints,
    ports: portsFor(ports, targets[0]?.pod.object).map(port => ({ ...port, name: port["name"] ?? "" })),
  };
  putObject(slices, key.namespace, name, object, "endpoints", endpoints, cluster);
}

function putObject(
  collection: string,
  namespace: string,
  name: string,
  object: JsonMap,
  field: string,
  value: Json[],
  cluster: Cluster,
): void {
  if (cluster.store.get(collection, namespace, name) === undefined) {
    createObject(cluster, mustType(collection, cluster), namespace, object, { manager: controllerManager });
    return;
  }
  writeSpec(cluster, { collection, namespace, name }, live => {
    if (value.length === 0 && field === "subsets") delete live[field];
    else live[field] = value;
    if (isMap(object["metadata"])) childMap(live, "metadata")["labels"] = object["metadata"]["labels"] ?? {};
  });
}
