import { isMap, type JsonMap, textAt } from "../../core/json.ts";
import { nodeName } from "../bootstrap.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { generationOf, isBeingDeleted, mapsAt } from "../kube-object.ts";
import { deleteObject } from "../registry/remove.ts";
import type { Stored } from "../store.ts";
import { type Controller, type Key, keyOfChange } from "./controller.ts";
import { recordEvent } from "./events.ts";
import { hasEnded, mustType, phaseOf, writeSpec, writeStatus } from "./objects.ts";
import { missingConfiguration, missingVolume, unboundClaim } from "./pod-needs.ts";

/** Annotations of a pod by which a test decides how its containers fare. */
const exitCodeAnnotation = "sandbox.kpt.dev/exit-code";
const readyAnnotation = "sandbox.kpt.dev/ready";

/** Places pods on the one node and has their containers start, run and end, without executing anything. */
export const kubelet: Controller = {
  name: "kubelet",
  concerns(change, cluster) {
    const { collection, namespace } = change.entry;
    if (collection === "pods") return change.type === "DELETED" ? [] : [keyOfChange(change)];
    if (!["secrets", "configmaps", "persistentvolumeclaims"].includes(collection)) return [];
    // What a pod has been waiting for may have come.
    return cluster.store
      .list("pods", namespace)
      .filter(({ object }) => phaseOf(object) === "Pending")
      .map(pod => ({ collection: "pods", namespace, name: pod.name }));
  },
  delay: cluster => cluster.delays.schedule,
  reconcile(key, cluster) {
    const entry = cluster.store.get("pods", key.namespace, key.name);
    if (entry === undefined) return undefined;
    const { object } = entry;
    if (isBeingDeleted(object)) return end(key, entry, cluster);
    if (hasEnded(object)) return undefined;
    if (textAt(object, "spec", "nodeName") === undefined) return place(key, object, cluster);
    if (phaseOf(object) === "Pending") return start(key, object, cluster);
    return finish(key, object, cluster);
  },
};

function place(key: Key, pod: JsonMap, cluster: Cluster): number | undefined {
  const now = timestamp(cluster.clock);
  const why = unschedulable(pod, key.namespace, cluster);
  if (why !== undefined) {
    writeStatus(
      cluster,
      key,
      status => {
        putCondition(status, "PodScheduled", "False", now, generationOf(pod), {
          reason: "Unschedulable",
          message: why,
        });
      },
      "kube-scheduler",
    );
    recordEvent(cluster, pod, "Warning", "FailedScheduling", why, "default-scheduler");
    return undefined;
  }
  writeSpec(
    cluster,
    key,
    live => {
      if (isMap(live["spec"])) live["spec"]["nodeName"] = nodeName;
    },
    "kube-scheduler",
  );
  writeStatus(
    cluster,
    key,
    status => putCondition(status, "PodScheduled", "True", now, generationOf(pod)),
    "kube-scheduler",
  );
  recordEvent(
    cluster,
    pod,
    "Normal",
    "Scheduled",
    `Successfully assigned ${key.namespace}/${key.name} to ${nodeName}`,
    "default-scheduler",
  );
  return cluster.delays.start;
}

function unschedulable(pod: JsonMap, namespace: string, cluster: Cluster): string | undefined {
  const claim = unboundClaim(pod, namespace, cluster);
  if (claim !== undefined) {
    return claim.exists
      ? "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
      : `0/1 nodes are available: persistentvolumeclaim "${claim.name}" not found. not found`;
  }
  const selector =
    isMap(pod["spec"]) && isMap(pod["spec"]["nodeSelector"]) ? pod["spec"]["nodeSelector"] : {};
  const nodes = cluster.store.list("nodes");
  const fits = nodes.some(({ object }) =>
    Object.entries(selector).every(([name, value]) => textAt(object, "metadata", "labels", name) === value),
  );
  return fits
    ? undefined
    : `0/${nodes.length} nodes are available: ${nodes.length} node(s) didn't match Pod's node affinity/selector. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
}

function putCondition(
  status: JsonMap,
  type: string,
  value: string,
  now: string,
  generation: number,
  why: { reason?: string; message?: string } = {},
): void {
  const list = mapsAt(status, "conditions");
  const present = list.find(condition => condition["type"] === type);
  const lastTransitionTime =
    present !== undefined && present["status"] === value ? (present["lastTransitionTime"] ?? now) : now;
  const fresh: JsonMap = {
    type,
    observedGeneration: generation,
    status: value,
    lastProbeTime: null,
    lastTransitionTime,
    ...why,
  };
  const index = list.findIndex(condition => condition["type"] === type);
  if (index < 0) list.push(fresh);
  else list[index] = fresh;
  status["conditions"] = list;
}

interface Waiting {
  reason: string;
  message?: string;
}

function start(key: Key, pod: JsonMap, cluster: Cluster): number | undefined {
  const namespace = key.namespace;
  const volume = missingVolume(pod, namespace, cluster);
  const containers = mapsAt(pod, "spec", "containers");
  const waits = containers.map((container): Waiting | undefined => {
    if (volume !== undefined) return { reason: "ContainerCreating" };
    const image = textAt(container, "image") ?? "";
    if (!cluster.imageExists(image)) {
      return { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` };
    }
    const missing = missingConfiguration(container, namespace, cluster);
    return missing === undefined ? undefined : { reason: "CreateContainerConfigError", message: missing };
  });
  const blocked = waits.find(wait => wait !== undefined);
  if (blocked === undefined) {
    run(key, pod, cluster);
    return finishLater(pod, cluster);
  }
  if (volume !== undefined) recordEvent(cluster, pod, "Warning", "FailedMount", volume, "kubelet");
  else
    recordEvent(cluster, pod, "Warning", "Failed", `Error: ${blocked.message ?? blocked.reason}`, "kubelet");
  writeStatus(cluster, key, status => hold(status, pod, containers, waits, cluster), "kubelet");
  return undefined;
}

function hold(
  status: JsonMap,
  pod: JsonMap,
  containers: JsonMap[],
  waits: (Waiting | undefined)[],
  cluster: Cluster,
): void {
  const now = timestamp(cluster.clock);
  const names = containers.map(container => String(container["name"]));
  const unready = {
    reason: "ContainersNotReady",
    message: `containers with unready status: [${names.join(" ")}]`,
  };
  const generation = generationOf(pod);
  putCondition(
    status,
    "PodReadyToStartContainers",
    waits[0]?.reason === "ContainerCreating" ? "False" : "True",
    now,
    generation,
  );
  putCondition(status, "Initialized", "True", now, generation);
  putCondition(status, "Ready", "False", now, generation, unready);
  putCondition(status, "ContainersReady", "False", now, generation, unready);
  putCondition(status, "PodScheduled", "True", now, generation);
  order(status);
  status["phase"] = "Pending";
  status["hostIP"] = "192.0.2.10";
  status["hostIPs"] = [{ ip: "192.0.2.10" }];
  status["startTime"] ??= now;
  status["observedGeneration"] = generation;
  status["containerStatuses"] = containers.map((container, index) => {
    const waiting = waits[index] ?? { reason: "ContainerCreating" };
    return {
      name: container["name"] ?? "",
      state: {
        waiting: {
          reason: waiting.reason,
          ...(waiting.message === undefined ? {} : { message: waiting.message }),
        },
      },
      lastState: {},
      ready: false,
      restartCount: 0,
      image: container["image"] ?? "",
      imageID: "",
      started: false,
    };
  });
}

const conditionOrder = [
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
];

function order(status: JsonMap): void {
  const list = mapsAt(status, "conditions");
  status["conditions"] = list.sort(
    (a, b) => conditionOrder.indexOf(String(a["type"])) - conditionOrder.indexOf(String(b["type"])),
  );
}

function run(key: Key, pod: JsonMap, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  const ready = textAt(pod, "metadata", "annotations", readyAnnotation) !== "never";
  const address = podAddress(cluster);
  writeStatus(
    cluster,
    key,
    status => {
      const generation = generationOf(pod);
      const containers = mapsAt(pod, "spec", "containers");
      const names = containers.map(container => String(container["name"]));
      const why = ready
        ? {}
        : { reason: "ContainersNotReady", message: `containers with unready status: [${names.join(" ")}]` };
      putCondition(status, "PodReadyToStartContainers", "True", now, generation);
      putCondition(status, "Initialized", "True", now, generation);
      putCondition(status, "Ready", ready ? "True" : "False", now, generation, why);
      putCondition(status, "ContainersReady", ready ? "True" : "False", now, generation, why);
      putCondition(status, "PodScheduled", "True", now, generation);
      order(status);
      status["phase"] = "Running";
      status["hostIP"] = "192.0.2.10";
      status["hostIPs"] = [{ ip: "192.0.2.10" }];
      status["podIP"] ??= address;
      status["podIPs"] ??= [{ ip: status["podIP"] ?? address }];
      status["startTime"] ??= now;
      status["observedGeneration"] = generation;
      status["containerStatuses"] = containers.map(container => ({
        ...containerBase(container),
        state: { running: { startedAt: now } },
        ready,
        started: true,
      }));
    },
    "kubelet",
  );
}

function containerBase(container: JsonMap): JsonMap {
  const image = String(container["image"] ?? "");
  return {
    name: container["name"] ?? "",
    lastState: {},
    restartCount: 0,
    image,
    imageID: `sandbox://${image}`,
    containerID: `sandbox://${String(container["name"])}`,
  };
}

function podAddress(cluster: Cluster): string {
  const count = cluster.store.revision;
  return `10.244.${(count >> 8) & 255}.${count & 255}`;
}

/** How the containers end, for pods that are meant to end or made to fail. */
function exitCodeOf(pod: JsonMap): number | undefined {
  const told = textAt(pod, "metadata", "annotations", exitCodeAnnotation);
  if (told !== undefined && /^\d+$/.test(told)) return Number(told);
  return textAt(pod, "spec", "restartPolicy") === "Always" ? undefined : 0;
}

function finishLater(pod: JsonMap, cluster: Cluster): number | undefined {
  return exitCodeOf(pod) === undefined ? undefined : cluster.delays.run;
}

function finish(key: Key, pod: JsonMap, cluster: Cluster): number | undefined {
  const code = exitCodeOf(pod);
  if (code === undefined || phaseOf(pod) !== "Running") return undefined;
  const started = Date.parse(
    textAt(pod, "status", "containerStatuses", 0, "state", "running", "startedAt") ?? "",
  );
  if (Number.isNaN(started)) return undefined;
  const policy = textAt(pod, "spec", "restartPolicy");
  const restarts = policy === "Always" || (policy === "OnFailure" && code !== 0);
  writeStatus(
    cluster,
    key,
    status => {
      if (restarts) crash(status, pod, code, cluster);
      else complete(status, pod, code, cluster);
    },
    "kubelet",
  );
  return undefined;
}

function crash(status: JsonMap, pod: JsonMap, code: number, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  const containers = mapsAt(pod, "spec", "containers");
  const names = containers.map(container => String(container["name"]));
  const why = {
    reason: "ContainersNotReady",
    message: `containers with unready status: [${names.join(" ")}]`,
  };
  putCondition(status, "Ready", "False", now, generationOf(pod), why);
  putCondition(status, "ContainersReady", "False", now, generationOf(pod), why);
  status["containerStatuses"] = containers.map(container => ({
    ...containerBase(container),
    restartCount: 1,
    lastState: { terminated: { exitCode: code, reason: "Error", startedAt: now, finishedAt: now } },
    state: {
      waiting: {
        reason: "CrashLoopBackOff",
        message: `back-off 10s restarting failed container=${String(container["name"])} pod=${String(textAt(pod, "metadata", "name"))}`,
      },
    },
    ready: false,
    started: false,
  }));
}

function complete(status: JsonMap, pod: JsonMap, code: number, cluster: Cluster): void {
  const now = timestamp(cluster.clock);
  const reason = code === 0 ? "PodCompleted" : "PodFailed";
  const generation = generationOf(pod);
  putCondition(status, "PodReadyToStartContainers", "False", now, generation);
  putCondition(status, "Initialized", "True", now, generation, code === 0 ? { reason } : {});
  putCondition(status, "Ready", "False", now, generation, { reason });
  putCondition(status, "ContainersReady", "False", now, generation, { reason });
  status["phase"] = code === 0 ? "Succeeded" : "Failed";
  status["containerStatuses"] = mapsAt(pod, "spec", "containers").map(container => ({
    ...containerBase(container),
    state: {
      terminated: {
        exitCode: code,
        reason: code === 0 ? "Completed" : "Error",
        startedAt: now,
        finishedAt: now,
      },
    },
    ready: false,
    started: false,
  }));
}

/** A pod that was told to go goes when its containers have stopped. */
function end(key: Key, entry: Stored, cluster: Cluster): number | undefined {
  if (!stopping.has(entry.object)) {
    stopping.add(entry.object);
    return cluster.delays.stop;
  }
  deleteObject(cluster, mustType("pods", cluster), key.namespace, key.name, { gracePeriodSeconds: 0 });
  return undefined;
}

const stopping = new WeakSet<JsonMap>();
