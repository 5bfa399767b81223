import { compareBytes, emptyMap, isMap, type Json, type JsonMap } from "../../core/json.ts";
import { mapsAt, metadataOf } from "../kube-object.ts";
import { type FieldSet, fieldSetOf, fieldsOf } from "./field-set.ts";

/** Who owns which fields of an object: one entry of managedFields. */
export interface Manager {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  subresource: string;
  time: string | undefined;
  fields: FieldSet;
}

/** What makes two entries the same one; an applier stays itself when it changes the version. */
export function managerKey(manager: Omit<Manager, "fields" | "time">): string {
  const version = manager.operation === "Apply" ? "" : manager.apiVersion;
  return JSON.stringify([manager.manager, manager.operation, version, manager.subresource]);
}

export type Managers = Map<string, Manager>;

export function readManagers(object: JsonMap | undefined): Managers {
  const managers: Managers = new Map();
  if (object === undefined) return managers;
  for (const entry of mapsAt(object, "metadata", "managedFields")) {
    const manager: Manager = {
      manager: text(entry["manager"]),
      operation: entry["operation"] === "Apply" ? "Apply" : "Update",
      apiVersion: text(entry["apiVersion"]),
      subresource: text(entry["subresource"]),
      time: typeof entry["time"] === "string" ? entry["time"] : undefined,
      fields: fieldSetOf(entry["fieldsV1"]),
    };
    managers.set(managerKey(manager), manager);
  }
  return managers;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** `managedFields: [{}]` in a request: the sender wants the record to begin anew. */
export function resetsManagers(object: JsonMap): boolean {
  const entries = metadataOf(object)["managedFields"];
  return (
    Array.isArray(entries) &&
    entries.length === 1 &&
    isMap(entries[0]) &&
    Object.keys(entries[0]).length === 0
  );
}

export function writeManagers(object: JsonMap, managers: Managers): void {
  const metadata = metadataOf(object);
  const entries = [...managers.values()].filter(manager => !manager.fields.empty).sort(compareManagers);
  if (entries.length === 0) {
    delete metadata["managedFields"];
    return;
  }
  metadata["managedFields"] = entries.map(manager => {
    const entry = emptyMap();
    entry["manager"] = manager.manager;
    entry["operation"] = manager.operation;
    entry["apiVersion"] = manager.apiVersion;
    if (manager.time !== undefined) entry["time"] = manager.time;
    entry["fieldsType"] = "FieldsV1";
    entry["fieldsV1"] = fieldsOf(manager.fields);
    if (manager.subresource !== "") entry["subresource"] = manager.subresource;
    return entry;
  });
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareBytes(a.operation, b.operation) ||
    compareBytes(a.time ?? "", b.time ?? "") ||
    compareBytes(a.manager, b.manager) ||
    compareBytes(a.apiVersion, b.apiVersion) ||
    compareBytes(a.subresource, b.subresource)
  );
}

const mostUpdaters = 10;

/** Beyond ten updaters the oldest become one, so that the record stays small. */
export function capManagers(managers: Managers): void {
  const updaters = [...managers].filter(([, manager]) => manager.operation === "Update");
  let surplus = updaters.length - mostUpdaters;
  if (surplus <= 0) return;
  updaters.sort(([, a], [, b]) => compareBytes(a.time ?? "", b.time ?? ""));
  const buckets = new Map<string, Manager>();
  for (const [key, manager] of updaters) {
    if (surplus <= 0) break;
    const bucket = buckets.get(manager.apiVersion);
    managers.delete(key);
    if (bucket !== undefined) surplus--;
    const merged: Manager = {
      ...manager,
      manager: "ancient-changes",
      subresource: "",
      fields: bucket === undefined ? manager.fields : bucket.fields.union(manager.fields),
    };
    buckets.set(manager.apiVersion, merged);
    managers.set(managerKey(merged), merged);
  }
}
