import { isMap, type Json, type JsonMap, textAt, valueAt } from "../core/json.ts";
import { mapsAt, nameOf, numberAt, textsAt } from "./kube-object.ts";
import type { Call } from "./protocol.ts";
import { collectionOf, type ResourceType } from "./resource-names.ts";
import { formatSelector } from "./selectors.ts";

// The columns of `kubectl get`: pkg/printers/internalversion, for the kinds that people look at.

export function asksForTable(accept: string): boolean {
  return /;as=Table\b/.test(accept.split(",")[0] ?? "");
}

export function asksForPartial(accept: string): boolean {
  return /;as=PartialObjectMetadata(List)?\b/.test(accept.split(",")[0] ?? "");
}

export function partialOf(object: JsonMap): JsonMap {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object["metadata"] ?? {} };
}

interface Column {
  name: string;
  type: string;
  priority?: number;
  cell(object: JsonMap, now: number): Json;
}

export function tableOf(
  type: ResourceType,
  objects: JsonMap[],
  metadata: JsonMap,
  call: Call,
  now: number,
): JsonMap {
  const columns = columnsOf(type);
  const include = call.query.get("includeObject") ?? "Metadata";
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(({ name, type: kind, priority }) => ({
      name,
      type: kind,
      format: name === "Name" ? "name" : "",
      description: "",
      priority: priority ?? 0,
    })),
    rows: objects.map(object => {
      const row: JsonMap = { cells: columns.map(column => column.cell(object, now)) };
      if (include === "Object") row["object"] = object;
      else if (include !== "None") row["object"] = partialOf(object);
      return row;
    }),
  };
}

const nameColumn: Column = { name: "Name", type: "string", cell: object => nameOf(object) };
const ageColumn: Column = {
  name: "Age",
  type: "string",
  cell: (object, now) => age(textAt(object, "metadata", "creationTimestamp"), now),
};

function text(name: string, cell: (object: JsonMap, now: number) => Json | undefined, priority = 0): Column {
  return { name, type: "string", priority, cell: (object, now) => cell(object, now) ?? "" };
}

function count(name: string, ...path: string[]): Column {
  return { name, type: "integer", cell: object => numberAt(object, ...path) ?? 0 };
}

/** How long ago, as `kubectl get` says it: 5s, 3m12s, 4h, 2d3h. */
export function age(since: string | undefined, now: number): string {
  if (since === undefined) return "<unknown>";
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  return days < 730 ? `${days}d` : `${Math.floor(days / 365)}y`;
}

function containers(object: JsonMap): JsonMap[] {
  return mapsAt(object, "spec", "template", "spec", "containers");
}

const wideContainers: Column[] = [
  text("Containers", object => containers(object).map(nameOfContainer).join(","), 1),
  text(
    "Images",
    object =>
      containers(object)
        .map(item => String(item["image"] ?? ""))
        .join(","),
    1,
  ),
  text("Selector", object => formatSelector(valueAt(object, "spec", "selector")), 1),
];

function nameOfContainer(container: JsonMap): string {
  return String(container["name"] ?? "");
}

function keysOf(object: JsonMap, ...fields: string[]): number {
  return fields.reduce(
    (sum, field) => sum + (isMap(object[field]) ? Object.keys(object[field]).length : 0),
    0,
  );
}

const byCollection: Record<string, Column[]> = {
  pods: [
    nameColumn,
    text("Ready", object => {
      const statuses = mapsAt(object, "status", "containerStatuses");
      return `${statuses.filter(({ ready }) => ready === true).length}/${mapsAt(object, "spec", "containers").length}`;
    }),
    text("Status", podStatus),
    text("Restarts", object =>
      String(
        mapsAt(object, "status", "containerStatuses").reduce(
          (sum, item) => sum + (numberAt(item, "restartCount") ?? 0),
          0,
        ),
      ),
    ),
    ageColumn,
    text("IP", object => textAt(object, "status", "podIP") ?? "<none>", 1),
    text("Node", object => textAt(object, "spec", "nodeName") ?? "<none>", 1),
    text("Nominated Node", () => "<none>", 1),
    text("Readiness Gates", () => "<none>", 1),
  ],
  "deployments.apps": [
    nameColumn,
    text(
      "Ready",
      object =>
        `${numberAt(object, "status", "readyReplicas") ?? 0}/${numberAt(object, "spec", "replicas") ?? 0}`,
    ),
    count("Up-to-date", "status", "updatedReplicas"),
    count("Available", "status", "availableReplicas"),
    ageColumn,
    ...wideContainers,
  ],
  "replicasets.apps": [
    nameColumn,
    count("Desired", "spec", "replicas"),
    count("Current", "status", "replicas"),
    count("Ready", "status", "readyReplicas"),
    ageColumn,
    ...wideContainers,
  ],
  "statefulsets.apps": [
    nameColumn,
    text(
      "Ready",
      object =>
        `${numberAt(object, "status", "readyReplicas") ?? 0}/${numberAt(object, "spec", "replicas") ?? 0}`,
    ),
    ageColumn,
    ...wideContainers.slice(0, 2),
  ],
  "daemonsets.apps": [
    nameColumn,
    count("Desired", "status", "desiredNumberScheduled"),
    count("Current", "status", "currentNumberScheduled"),
    count("Ready", "status", "numberReady"),
    count("Up-to-date", "status", "updatedNumberScheduled"),
    count("Available", "status", "numberAvailable"),
    text("Node Selector", () => "<none>"),
    ageColumn,
    ...wideContainers,
  ],
  "jobs.batch": [
    nameColumn,
    text("Status", jobStatus),
    text(
      "Completions",
      object =>
        `${numberAt(object, "status", "succeeded") ?? 0}/${numberAt(object, "spec", "completions") ?? 1}`,
    ),
    text("Duration", (object, now) => {
      const start = textAt(object, "status", "startTime");
      const end = textAt(object, "status", "completionTime");
      return start === undefined ? "" : age(start, end === undefined ? now : Date.parse(end));
    }),
    ageColumn,
    ...wideContainers,
  ],
  "cronjobs.batch": [
    nameColumn,
    text("Schedule", object => textAt(object, "spec", "schedule")),
    text("Timezone", object => textAt(object, "spec", "timeZone") ?? "<none>"),
    text("Suspend", object => (valueAt(object, "spec", "suspend") === true ? "True" : "False")),
    count("Active", "status", "active"),
    text("Last Schedule", () => "<none>"),
    ageColumn,
  ],
  services: [
    nameColumn,
    text("Type", object => textAt(object, "spec", "type")),
    text("Cluster-IP", object => textAt(object, "spec", "clusterIP") ?? "<none>"),
    text("External-IP", externalAddress),
    text(
      "Port(s)",
      object =>
        mapsAt(object, "spec", "ports")
          .map(port => {
            const node = numberAt(port, "nodePort");
            return `${String(port["port"])}${node === undefined ? "" : `:${node}`}/${String(port["protocol"])}`;
          })
          .join(",") || "<none>",
    ),
    ageColumn,
    text(
      "Selector",
      object => formatSelector({ matchLabels: valueAt(object, "spec", "selector") ?? {} }) || "<none>",
      1,
    ),
  ],
  persistentvolumeclaims: [
    nameColumn,
    text("Status", phase),
    text("Volume", object => textAt(object, "spec", "volumeName")),
    text("Capacity", object => textAt(object, "status", "capacity", "storage")),
    text("Access Modes", object => modes(textsAt(object, "status", "accessModes"))),
    text("StorageClass", object => textAt(object, "spec", "storageClassName")),
    text("VolumeAttributesClass", object => textAt(object, "spec", "volumeAttributesClassName") ?? "<unset>"),
    ageColumn,
    text("VolumeMode", object => textAt(object, "spec", "volumeMode"), 1),
  ],
  persistentvolumes: [
    nameColumn,
    text("Capacity", object => textAt(object, "spec", "capacity", "storage")),
    text("Access Modes", object => modes(textsAt(object, "spec", "accessModes"))),
    text("Reclaim Policy", object => textAt(object, "spec", "persistentVolumeReclaimPolicy")),
    text("Status", phase),
    text("Claim", object => {
      const name = textAt(object, "spec", "claimRef", "name");
      return name === undefined ? "" : `${textAt(object, "spec", "claimRef", "namespace")}/${name}`;
    }),
    text("StorageClass", object => textAt(object, "spec", "storageClassName")),
    ageColumn,
  ],
  namespaces: [nameColumn, text("Status", phase), ageColumn],
  nodes: [
    nameColumn,
    text("Status", object => {
      const ready = mapsAt(object, "status", "conditions").find(({ type }) => type === "Ready");
      return ready?.["status"] === "True" ? "Ready" : "NotReady";
    }),
    text("Roles", () => "<none>"),
    ageColumn,
    text("Version", object => textAt(object, "status", "nodeInfo", "kubeletVersion")),
  ],
  configmaps: [
    nameColumn,
    { name: "Data", type: "integer", cell: object => keysOf(object, "data", "binaryData") },
    ageColumn,
  ],
  secrets: [
    nameColumn,
    text("Type", object => textAt(object, "type")),
    { name: "Data", type: "integer", cell: object => keysOf(object, "data") },
    ageColumn,
  ],
  serviceaccounts: [
    nameColumn,
    { name: "Secrets", type: "integer", cell: object => mapsAt(object, "secrets").length },
    ageColumn,
  ],
  endpoints: [
    nameColumn,
    text("Endpoints", object => {
      const addresses = mapsAt(object, "subsets").flatMap(subset =>
        mapsAt(subset, "addresses").flatMap(address =>
          mapsAt(subset, "ports").map(port => `${String(address["ip"])}:${String(port["port"])}`),
        ),
      );
      return addresses.length === 0 ? "<none>" : addresses.slice(0, 3).join(",");
    }),
    ageColumn,
  ],
  events: [
    text("Last Seen", (object, now) => age(textAt(object, "lastTimestamp"), now)),
    text("Type", object => textAt(object, "type")),
    text("Reason", object => textAt(object, "reason")),
    text(
      "Object",
      object =>
        `${(textAt(object, "involvedObject", "kind") ?? "").toLowerCase()}/${textAt(object, "involvedObject", "name")}`,
    ),
    text("Message", object => textAt(object, "message")),
  ],
  "customresourcedefinitions.apiextensions.k8s.io": [
    nameColumn,
    text("Created At", object => textAt(object, "metadata", "creationTimestamp")),
  ],
  "ingresses.networking.k8s.io": [
    nameColumn,
    text("Class", object => textAt(object, "spec", "ingressClassName") ?? "<none>"),
    text(
      "Hosts",
      object =>
        mapsAt(object, "spec", "rules")
          .map(rule => String(rule["host"] ?? "*"))
          .join(",") || "*",
    ),
    text("Address", object =>
      mapsAt(object, "status", "loadBalancer", "ingress")
        .map(item => String(item["ip"] ?? item["hostname"]))
        .join(","),
    ),
    text("Ports", object => (mapsAt(object, "spec", "tls").length > 0 ? "80, 443" : "80")),
    ageColumn,
  ],
};

function columnsOf(type: ResourceType): Column[] {
  const own = type.custom === undefined ? byCollection[collectionOf(type)] : undefined;
  if (own !== undefined) return own;
  const extra = type.custom?.columns ?? [];
  if (extra.length === 0) {
    return type.custom === undefined
      ? [nameColumn, text("Created At", object => textAt(object, "metadata", "creationTimestamp"))]
      : [nameColumn, ageColumn];
  }
  return [
    nameColumn,
    ...extra.map((column): Column => {
      const path = (textAt(column, "jsonPath") ?? "").split(".").filter(step => step !== "");
      return {
        name: textAt(column, "name") ?? "",
        type: textAt(column, "type") ?? "string",
        priority: numberAt(column, "priority") ?? 0,
        cell(object, now) {
          const value = valueAt(object, ...path);
          if (column["type"] === "date") return typeof value === "string" ? age(value, now) : null;
          return value ?? null;
        },
      };
    }),
  ];
}

function phase(object: JsonMap): string {
  return textAt(object, "metadata", "deletionTimestamp") === undefined
    ? (textAt(object, "status", "phase") ?? "")
    : "Terminating";
}

function podStatus(object: JsonMap): string {
  if (textAt(object, "metadata", "deletionTimestamp") !== undefined) return "Terminating";
  for (const item of mapsAt(object, "status", "containerStatuses")) {
    const waiting = textAt(item, "state", "waiting", "reason");
    if (waiting !== undefined) return waiting;
    const ended = textAt(item, "state", "terminated", "reason");
    if (ended !== undefined) return ended;
  }
  return textAt(object, "status", "reason") ?? textAt(object, "status", "phase") ?? "";
}

function jobStatus(object: JsonMap): string {
  const on = mapsAt(object, "status", "conditions").filter(({ status }) => status === "True");
  for (const type of ["Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"]) {
    if (on.some(condition => condition["type"] === type)) return type;
  }
  return "Running";
}

function externalAddress(object: JsonMap): string {
  const type = textAt(object, "spec", "type");
  if (type === "ExternalName") return textAt(object, "spec", "externalName") ?? "";
  if (type !== "LoadBalancer") return "<none>";
  const addresses = mapsAt(object, "status", "loadBalancer", "ingress").map(item =>
    String(item["ip"] ?? item["hostname"]),
  );
  return addresses.join(",") || "<pending>";
}

const shortModes: Record<string, string> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function modes(list: string[]): string {
  return list.map(mode => shortModes[mode] ?? mode).join(",");
}
