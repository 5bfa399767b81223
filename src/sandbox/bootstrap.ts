import type { JsonMap } from "../core/json.ts";
import { timestamp } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { createObject } from "./registry/create.ts";

export const nodeName = "sandbox-node";

/** What a cluster holds before anybody has put anything into it. */
export function bootstrap(cluster: Cluster): void {
  const put = (groupVersion: string, plural: string, namespace: string, object: JsonMap): void => {
    const type = cluster.types.find(groupVersion, plural);
    if (type !== undefined) createObject(cluster, type, namespace, object, { manager: "kube-apiserver" });
  };
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"]) {
    put("v1", "namespaces", "", { metadata: { name } });
  }
  put("v1", "services", "default", {
    metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      clusterIP: "10.96.0.1",
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
      type: "ClusterIP",
    },
  });
  put("storage.k8s.io/v1", "storageclasses", "", {
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "sandbox.kpt.dev/storage",
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
  });
  for (const [name, value] of [
    ["system-cluster-critical", 2_000_000_000],
    ["system-node-critical", 2_000_001_000],
  ] as const) {
    put("scheduling.k8s.io/v1", "priorityclasses", "", { metadata: { name }, value });
  }
  put("v1", "nodes", "", { metadata: { name: nodeName, labels: nodeLabels } });
  const node = cluster.store.get("nodes", "", nodeName);
  if (node !== undefined) {
    cluster.store.put("nodes", {
      ...node.object,
      status: nodeStatus(timestamp(cluster.clock), cluster.version),
    });
  }
}

const nodeLabels = {
  "kubernetes.io/arch": "amd64",
  "kubernetes.io/hostname": nodeName,
  "kubernetes.io/os": "linux",
};

function nodeStatus(now: string, version: string): JsonMap {
  const room = { cpu: "64", memory: "256Gi", pods: "10000", "ephemeral-storage": "1Ti" };
  return {
    capacity: room,
    allocatable: room,
    conditions: [
      {
        type: "Ready",
        status: "True",
        lastHeartbeatTime: now,
        lastTransitionTime: now,
        reason: "KubeletReady",
        message: "kubelet is posting ready status",
      },
    ],
    addresses: [
      { type: "InternalIP", address: "192.0.2.10" },
      { type: "Hostname", address: nodeName },
    ],
    nodeInfo: { kubeletVersion: version, architecture: "amd64", operatingSystem: "linux" },
  };
}
