import { isMap, type JsonMap } from "../../core/json.ts";
import { invalid, invalidValue } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { childMap, mapsAt, nameOf, numberAt, textsAt } from "../kube-object.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";

// Addresses and ports of services, from the ranges of a server without flags.

const network = "10.96";
const nodePorts = { first: 30000, last: 32767 };

export function allocateForCreate(cluster: Cluster, object: JsonMap, type: ResourceType): void {
  if (collectionOf(type) === "services") allocate(cluster, object, undefined, type);
}

export function allocateForUpdate(
  cluster: Cluster,
  object: JsonMap,
  live: JsonMap,
  type: ResourceType,
): void {
  if (collectionOf(type) === "services") allocate(cluster, object, live, type);
}

function allocate(cluster: Cluster, object: JsonMap, live: JsonMap | undefined, type: ResourceType): void {
  const spec = childMap(object, "spec");
  const before = isMap(live?.["spec"]) ? live["spec"] : undefined;
  if (spec["type"] === "ExternalName") {
    for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) delete spec[field];
    return;
  }
  for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) {
    if (spec[field] === undefined && before?.[field] !== undefined) spec[field] = before[field];
  }
  if (spec["clusterIP"] === undefined || spec["clusterIP"] === "") {
    const listed = textsAt(spec, "clusterIPs")[0];
    spec["clusterIP"] = listed ?? freeAddress(cluster);
  } else if (before === undefined && spec["clusterIP"] !== "None")
    claim(cluster, spec["clusterIP"], object, type);
  spec["clusterIPs"] = [spec["clusterIP"] ?? ""];
  spec["ipFamilies"] ??= ["IPv4"];
  spec["ipFamilyPolicy"] ??= "SingleStack";
  if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") allocatePorts(cluster, spec, before);
}

function freeAddress(cluster: Cluster): string {
  const taken = new Set(cluster.store.list("services").map(({ object }) => addressOf(object)));
  for (;;) {
    const address = `${network}.${Math.floor(cluster.random() * 256)}.${1 + Math.floor(cluster.random() * 254)}`;
    if (!taken.has(address)) return address;
    if (taken.size > 60_000) return address;
    for (let high = 0; high < 256; high++) {
      for (let low = 1; low < 255; low++) {
        const next = `${network}.${high}.${low}`;
        if (!taken.has(next)) return next;
      }
    }
  }
}

function addressOf(object: JsonMap): unknown {
  return isMap(object["spec"]) ? object["spec"]["clusterIP"] : undefined;
}

function claim(cluster: Cluster, address: unknown, object: JsonMap, type: ResourceType): void {
  const holder = cluster.store.list("services").find(entry => addressOf(entry.object) === address);
  if (holder === undefined) return;
  throw invalid(type, nameOf(object), [
    invalidValue(
      "spec.clusterIPs",
      [String(address)],
      `failed to allocate IP ${String(address)}: provided IP is already allocated`,
    ),
  ]);
}

function allocatePorts(cluster: Cluster, spec: JsonMap, before: JsonMap | undefined): void {
  const taken = new Set<number>();
  for (const { object } of cluster.store.list("services")) {
    for (const port of mapsAt(object, "spec", "ports")) taken.add(numberAt(port, "nodePort") ?? 0);
  }
  const old = mapsAt(before, "ports");
  for (const port of mapsAt(spec, "ports")) {
    if ((numberAt(port, "nodePort") ?? 0) !== 0) continue;
    const same = old.find(other => other["port"] === port["port"] && other["protocol"] === port["protocol"]);
    const kept = numberAt(same, "nodePort");
    if (kept !== undefined && kept !== 0) {
      port["nodePort"] = kept;
      continue;
    }
    const size = nodePorts.last - nodePorts.first + 1;
    let candidate = nodePorts.first + Math.floor(cluster.random() * size);
    for (let tries = 0; tries < size && taken.has(candidate); tries++) {
      candidate = candidate === nodePorts.last ? nodePorts.first : candidate + 1;
    }
    taken.add(candidate);
    port["nodePort"] = candidate;
  }
}
