import { emptyMap, type Json, type JsonMap } from "../core/json.ts";

// kubectl's `create` sends some kinds as protobuf. These are read (k8s.io/api, generated.proto); answers are JSON,
// which such clients accept as well. Any other kind in protobuf is refused.

type Shape = Record<number, [name: string, type: string]>;

const messages: Record<string, Shape> = {
  ObjectMeta: {
    1: ["name", "text"],
    2: ["generateName", "text"],
    3: ["namespace", "text"],
    5: ["uid", "text"],
    6: ["resourceVersion", "text"],
    11: ["labels", "map text"],
    12: ["annotations", "map text"],
    13: ["ownerReferences", "list OwnerReference"],
    14: ["finalizers", "list text"],
  },
  OwnerReference: {
    1: ["kind", "text"],
    3: ["name", "text"],
    4: ["uid", "text"],
    5: ["apiVersion", "text"],
    6: ["controller", "truth"],
    7: ["blockOwnerDeletion", "truth"],
  },
  Secret: {
    1: ["metadata", "ObjectMeta"],
    2: ["data", "map bytes"],
    3: ["type", "text"],
    4: ["stringData", "map text"],
    5: ["immutable", "truth"],
  },
  ConfigMap: {
    1: ["metadata", "ObjectMeta"],
    2: ["data", "map text"],
    3: ["binaryData", "map bytes"],
    4: ["immutable", "truth"],
  },
  Namespace: { 1: ["metadata", "ObjectMeta"] },
  ServiceAccount: { 1: ["metadata", "ObjectMeta"] },
  SelfSubjectAccessReview: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "AccessSpec"] },
  AccessSpec: {
    1: ["resourceAttributes", "ResourceAttributes"],
    2: ["nonResourceAttributes", "NonResourceAttributes"],
  },
  ResourceAttributes: {
    1: ["namespace", "text"],
    2: ["verb", "text"],
    3: ["group", "text"],
    4: ["version", "text"],
    5: ["resource", "text"],
    6: ["subresource", "text"],
    7: ["name", "text"],
  },
  NonResourceAttributes: { 1: ["path", "text"], 2: ["verb", "text"] },
  Deployment: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "DeploymentSpec"] },
  DeploymentSpec: {
    1: ["replicas", "whole"],
    2: ["selector", "LabelSelector"],
    3: ["template", "PodTemplateSpec"],
  },
  LabelSelector: { 1: ["matchLabels", "map text"] },
  PodTemplateSpec: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "PodSpec"] },
  PodSpec: { 2: ["containers", "list Container"] },
  Container: {
    1: ["name", "text"],
    2: ["image", "text"],
    3: ["command", "list text"],
    4: ["args", "list text"],
    6: ["ports", "list ContainerPort"],
  },
  ContainerPort: { 1: ["name", "text"], 3: ["containerPort", "whole"], 4: ["protocol", "text"] },
  SelfSubjectReview: { 1: ["metadata", "ObjectMeta"] },
  DeleteOptions: {
    1: ["gracePeriodSeconds", "whole"],
    2: ["preconditions", "Preconditions"],
    4: ["propagationPolicy", "text"],
    5: ["dryRun", "list text"],
  },
  Preconditions: { 1: ["uid", "text"], 2: ["resourceVersion", "text"] },
};

const kinds = [
  "Secret",
  "ConfigMap",
  "Namespace",
  "ServiceAccount",
  "Deployment",
  "SelfSubjectAccessReview",
  "SelfSubjectReview",
  "DeleteOptions",
];

interface Field {
  number: number;
  value: Buffer | bigint;
}

function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("protobuf message is cut off");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("protobuf number is too long");
  };
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw new RangeError("protobuf message is cut off");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const wire = tag & 7;
    if (wire === 0) fields.push({ number, value: varint() });
    else if (wire === 2) fields.push({ number, value: take(Number(varint())) });
    else if (wire === 1) take(8);
    else if (wire === 5) take(4);
    else throw new RangeError("protobuf field of an unknown form");
  }
  return fields;
}

function message(bytes: Buffer, shape: Shape): JsonMap {
  const result = emptyMap();
  for (const { number, value } of fieldsOf(bytes)) {
    const known = shape[number];
    if (known === undefined) continue;
    const [name, type] = known;
    const [first = "", inner = ""] = type.split(" ");
    if (first === "map" && typeof value !== "bigint") {
      const pair = message(value, { 1: ["key", "text"], 2: ["value", inner] });
      const map = result[name] ?? emptyMap();
      if (typeof map === "object" && map !== null && !Array.isArray(map))
        map[String(pair["key"] ?? "")] = pair["value"] ?? "";
      result[name] = map;
    } else if (first === "list") {
      const list = result[name];
      const item = plainOf(value, inner);
      if (Array.isArray(list)) list.push(item);
      else result[name] = [item];
    } else {
      const read = plainOf(value, type);
      // Go writes empty texts out; they mean that nothing was said.
      if (read !== "") result[name] = read;
    }
  }
  return result;
}

function plainOf(value: Buffer | bigint, type: string): Json {
  if (typeof value === "bigint") return type === "truth" ? value !== 0n : Number(BigInt.asIntN(64, value));
  if (type === "text") return value.toString();
  if (type === "bytes") return value.toString("base64");
  return message(value, messages[type] ?? {});
}

const magic = Buffer.from("k8s\0");

/** The JSON of a protobuf body of a known kind; undefined for everything else. */
export function protobufToJson(body: Uint8Array): string | undefined {
  const bytes = Buffer.from(body);
  if (!bytes.subarray(0, 4).equals(magic)) return undefined;
  try {
    const envelope = fieldsOf(bytes.subarray(4));
    const typeMeta = envelope.find(({ number }) => number === 1)?.value;
    const raw = envelope.find(({ number }) => number === 2)?.value;
    if (!Buffer.isBuffer(typeMeta)) return undefined;
    const { apiVersion = "", kind = "" } = message(typeMeta, {
      1: ["apiVersion", "text"],
      2: ["kind", "text"],
    });
    const shape = typeof kind === "string" && kinds.includes(kind) ? messages[kind] : undefined;
    if (shape === undefined) return undefined;
    const object = Buffer.isBuffer(raw) ? message(raw, shape) : emptyMap();
    return JSON.stringify({ apiVersion, kind, ...object });
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
