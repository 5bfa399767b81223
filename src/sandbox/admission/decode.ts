import { emptyMap, isMap, type Json, type JsonMap } from "../../core/json.ts";
import type { Schema } from "../../core/schema/schema.ts";

// What Go's decoder does to the JSON of a built-in kind: unknown fields are dropped, nulls are as good as absent,
// a value of the wrong type is refused with the name of the struct that has no room for it.

export class DecodeError extends Error {}

export interface Decoded {
  object: JsonMap;
  /** Paths that no field answers to. */
  unknown: string[];
}

export function decodeBuiltin(object: JsonMap, schema: Schema, kind: string): Decoded {
  const unknown: string[] = [];
  const decoded = decodeMap(object, schema, { kind, shown: "", names: [] }, unknown);
  return { object: decoded, unknown };
}

interface Place {
  kind: string;
  /** With indexes, as warnings show it. */
  shown: string;
  /** Field names alone. */
  names: readonly string[];
}

function decodeMap(value: JsonMap, schema: Schema, place: Place, unknown: string[]): JsonMap {
  const result = emptyMap();
  for (const [key, field] of Object.entries(value)) {
    const shown = place.shown === "" ? key : `${place.shown}.${key}`;
    const extra = schema.additionalProperties;
    const declared = schema.properties?.get(key);
    const known = declared ?? (typeof extra === "object" ? extra : undefined);
    if (known === undefined) {
      if (extra === true || schema.preserveUnknownFields === true || schema.properties === undefined)
        result[key] = field;
      else unknown.push(shown);
      continue;
    }
    if (field === null) {
      // A map's null element becomes the zero value, a struct's null field stays away.
      if (declared === undefined && known.type === "string") result[key] = "";
      continue;
    }
    const names = declared === undefined ? place.names : [...place.names, key];
    const decoded = decodeValue(field, known, { ...place, shown, names }, unknown);
    if (decoded !== undefined && !isOmitted(decoded, known, schema, key)) result[key] = decoded;
  }
  return result;
}

/** Go leaves empty maps and lists out, unless the field is one that must be there. */
function isOmitted(value: Json, schema: Schema, parent: Schema, key: string): boolean {
  if (parent.properties === undefined || parent.required?.includes(key) === true) return false;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0 && schema.additionalProperties !== undefined;
}

function decodeValue(value: Json, schema: Schema, place: Place, unknown: string[]): Json | undefined {
  if (schema.quantity === true || schema.intOrString === true) {
    if (typeof value === "string") return value;
    if (typeof value === "number") return schema.quantity === true ? String(value) : value;
    throw new DecodeError(
      schema.quantity === true
        ? "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        : mismatch(value, place, "intstr.IntOrString"),
    );
  }
  switch (schema.type) {
    case "object":
      if (!isMap(value)) throw new DecodeError(mismatch(value, place, goType(schema, place)));
      return decodeMap(value, schema, place, unknown);
    case "array": {
      if (!Array.isArray(value)) throw new DecodeError(mismatch(value, place, goType(schema, place)));
      const items = schema.items;
      if (items === undefined) return value;
      return value.map((item, index) => {
        const at = { ...place, shown: `${place.shown}[${index}]` };
        if (item === null) return items.type === "object" ? emptyMap() : items.type === "string" ? "" : null;
        return decodeValue(item, items, at, unknown) ?? null;
      });
    }
    case "string":
      if (typeof value !== "string") throw new DecodeError(mismatch(value, place, goType(schema, place)));
      if (schema.format === "byte") checkBase64(value);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw new DecodeError(mismatch(value, place, "bool"));
      return value;
    case "integer":
      if (typeof value !== "number") throw new DecodeError(mismatch(value, place, goType(schema, place)));
      if (!Number.isInteger(value))
        throw new DecodeError(mismatch(value, place, goType(schema, place), `number ${value}`));
      return value;
    case "number":
      if (typeof value !== "number") throw new DecodeError(mismatch(value, place, "float64"));
      return value;
    default:
      return value;
  }
}

function checkBase64(text: string): void {
  const bare = text.replaceAll(/[\r\n]/g, "");
  const wrong = bare.search(/[^A-Za-z0-9+/=]/);
  const cut = bare.length % 4 === 0 ? -1 : bare.length - (bare.length % 4);
  const at = wrong >= 0 ? wrong : cut;
  if (at >= 0) throw new DecodeError(`illegal base64 data at input byte ${at}`);
}

function mismatch(value: Json, place: Place, type: string, named?: string): string {
  const found =
    named ??
    (Array.isArray(value)
      ? "array"
      : isMap(value)
        ? "object"
        : typeof value === "boolean"
          ? "bool"
          : typeof value);
  return `json: cannot unmarshal ${found} into Go struct field ${structOf(place)}.${place.names.join(".")} of type ${type}`;
}

function goType(schema: Schema, place: Place): string {
  switch (schema.type) {
    case "integer":
      return schema.format === "int64" ? "int64" : "int32";
    case "boolean":
      return "bool";
    case "number":
      return "float64";
    case "array":
      return `[]${schema.items === undefined ? "interface {}" : goType(schema.items, place)}`;
    case "object": {
      const values = schema.additionalProperties;
      if (schema.properties === undefined && typeof values === "object")
        return `map[string]${goType(values, place)}`;
      return `v1.${structNamed(place.kind, place.names)}`;
    }
    default:
      return schema.format === "byte" ? "[]uint8" : "string";
  }
}

const structs: Record<string, string> = {
  metadata: "ObjectMeta",
  containers: "Container",
  initContainers: "Container",
  env: "EnvVar",
  envFrom: "EnvFromSource",
  volumes: "Volume",
  volumeMounts: "VolumeMount",
  selector: "LabelSelector",
  strategy: "DeploymentStrategy",
  resources: "ResourceRequirements",
  valueFrom: "EnvVarSource",
  livenessProbe: "Probe",
  readinessProbe: "Probe",
  startupProbe: "Probe",
  ownerReferences: "OwnerReference",
  jobTemplate: "JobTemplateSpec",
};

/** The Go struct that has the last field of the path. */
function structOf(place: Place): string {
  return structNamed(place.kind, place.names.slice(0, -1));
}

function structNamed(kind: string, names: readonly string[]): string {
  const last = names.at(-1);
  const parent = names.at(-2);
  if (last === undefined) return kind;
  if (last === "template") return kind === "PodTemplate" || parent === "spec" ? "PodTemplateSpec" : kind;
  if (last === "spec") {
    if (parent === "template") return "PodSpec";
    return parent === "jobTemplate" ? "JobSpec" : `${kind}Spec`;
  }
  if (last === "status") return `${kind}Status`;
  if (last === "ports") return kind === "Service" ? "ServicePort" : "ContainerPort";
  return structs[last] ?? last.charAt(0).toUpperCase() + last.slice(1);
}
