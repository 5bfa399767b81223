import { equalJson, isMap, type JsonMap } from "../../core/json.ts";
import type { Schema } from "../../core/schema/schema.ts";
import { ApiError, badRequest, plainError } from "../api-error.ts";
import { bareMap, metadataOf } from "../kube-object.ts";
import { FieldSet, formatPath } from "./field-set.ts";
import { lastAppliedOf, refreshLastApplied } from "./last-applied.ts";
import {
  capManagers,
  type Manager,
  type Managers,
  managerKey,
  readManagers,
  resetsManagers,
  writeManagers,
} from "./managers.ts";
import {
  type Comparison,
  checkTyped,
  compare,
  mergeTyped,
  removeFields,
  TypedValueError,
  toFieldSet,
  withNamedFields,
  withoutRemains,
} from "./typed.ts";

// The field manager of an API server: k8s.io/apimachinery/pkg/util/managedfields over structured-merge-diff/merge.

/** Who writes, through which door, when. */
export interface Writer {
  manager: string;
  apiVersion: string;
  subresource: string;
  time: string;
  schema: Schema | undefined;
  /** Fields that this door does not let through, such as `status` at the main one. */
  ignored: FieldSet;
}

const neverOwned = new FieldSet()
  .insert(["f:apiVersion"])
  .insert(["f:kind"])
  .insert(["f:metadata"])
  .insert(["f:metadata", "f:name"])
  .insert(["f:metadata", "f:namespace"])
  .insert(["f:metadata", "f:creationTimestamp"])
  .insert(["f:metadata", "f:selfLink"])
  .insert(["f:metadata", "f:uid"])
  .insert(["f:metadata", "f:generation"])
  .insert(["f:metadata", "f:managedFields"])
  .insert(["f:metadata", "f:resourceVersion"]);

/** Records in `after` which fields this create, update or patch took over. */
export function trackUpdate(before: JsonMap | undefined, after: JsonMap, writer: Writer): void {
  const asked = readManagers(after);
  const direct = writer.subresource === "" && (asked.size > 0 || resetsManagers(after));
  const managers = direct ? asked : readManagers(before);
  const key = managerKey({ ...writer, operation: "Update" });
  const old = withoutManagedFields(before);
  const fresh = withoutManagedFields(after) ?? after;
  const difference = comparable(old ?? {}, fresh, writer);
  if (difference === undefined) {
    writeManagers(after, readManagers(before));
    return;
  }
  const changed = difference.added.union(difference.modified).recursiveDifference(writer.ignored);
  const removed = difference.removed.recursiveDifference(writer.ignored);
  release(managers, changed, removed);
  const taken = changed.difference(neverOwned);
  if (!taken.empty) {
    const own = managers.get(key);
    managers.set(key, {
      manager: writer.manager,
      operation: "Update",
      apiVersion: writer.apiVersion,
      subresource: writer.subresource,
      time: writer.time,
      fields: own === undefined ? taken : own.fields.union(taken),
    });
  }
  capManagers(managers);
  writeManagers(after, managers);
}

/** Undefined where the elements of a list cannot be told apart: the record then stays as it was. */
function comparable(before: JsonMap, after: JsonMap, writer: Writer): Comparison | undefined {
  try {
    return compare(before, after, writer.schema);
  } catch (thrown) {
    if (thrown instanceof TypedValueError) return undefined;
    throw thrown;
  }
}

function release(managers: Managers, changed: FieldSet, removed: FieldSet): void {
  for (const [key, manager] of managers) {
    const fields = manager.fields.difference(changed.intersection(manager.fields)).difference(removed);
    if (fields.empty) managers.delete(key);
    else if (!fields.equals(manager.fields)) managers.set(key, { ...manager, fields });
  }
}

function withoutManagedFields(object: JsonMap | undefined): JsonMap | undefined {
  if (object === undefined) return undefined;
  const metadata = object["metadata"];
  if (!isMap(metadata) || metadata["managedFields"] === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/**
 * Server-side apply: what the applier says is laid over the live object, what it no longer says is taken away where
 * nobody else holds it. Throws the conflicts with other managers unless forced.
 */
export function applyConfiguration(
  live: JsonMap | undefined,
  applied: JsonMap,
  writer: Writer,
  force: boolean,
): JsonMap {
  if (metadataOf(applied)["managedFields"] !== undefined)
    throw badRequest("metadata.managedFields must be nil");
  try {
    checkTyped(applied, writer.schema);
  } catch (thrown) {
    if (!(thrown instanceof TypedValueError)) throw thrown;
    const who = `${text(metadataOf(applied)["namespace"])}/${text(metadataOf(applied)["name"])}; ${goKind(text(applied["apiVersion"]), text(applied["kind"]))}`;
    throw plainError(`failed to create typed patch object (${who}): ${thrown.message}`);
  }
  const managers = readManagers(live);
  const key = managerKey({ ...writer, operation: "Apply" });
  const last = managers.get(key);
  const base = bareMap(
    withoutManagedFields(live) ?? { apiVersion: applied["apiVersion"] ?? "", kind: applied["kind"] ?? "" },
  );
  const fields = toFieldSet(applied, writer.schema)
    .recursiveDifference(writer.ignored)
    .difference(neverOwned);
  managers.set(key, {
    manager: writer.manager,
    operation: "Apply",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: last?.time,
    fields,
  });
  const merged = mergeTyped(base, bareMap(applied), writer.schema);
  const result = prune(isMap(merged) ? merged : base, managers, last?.fields, writer.schema);
  settle(base, result, managers, key, writer, force);
  const mine = managers.get(key);
  if (mine !== undefined && (live === undefined || !equalJson(base, result))) {
    managers.set(key, { ...mine, time: writer.time });
  }
  writeManagers(result, managers);
  if (writer.manager === "kubectl") refreshLastApplied(result, applied);
  return result;
}

/** Takes away what this applier said last time and nobody says now. */
function prune(
  merged: JsonMap,
  managers: Managers,
  last: FieldSet | undefined,
  schema: Schema | undefined,
): JsonMap {
  if (last === undefined || last.empty) return merged;
  let owned = new FieldSet();
  for (const manager of managers.values()) owned = owned.union(manager.fields);
  const named = (set: FieldSet): FieldSet => withNamedFields(set, schema);
  const all = named(toFieldSet(merged, schema));
  const without = (set: FieldSet): JsonMap => {
    const rest = removeFields(merged, set, schema);
    return isMap(rest) ? rest : {};
  };
  const first = without(named(last));
  const withOwned = without(all.difference(named(toFieldSet(first, schema)).union(named(owned))));
  const rest = without(all.difference(named(toFieldSet(withOwned, schema))).intersection(named(last)));
  const clean = withoutRemains(rest, merged);
  return isMap(clean) ? clean : rest;
}

function settle(
  base: JsonMap,
  result: JsonMap,
  managers: Managers,
  key: string,
  writer: Writer,
  force: boolean,
): void {
  const difference = compare(base, result, writer.schema);
  const changed = difference.modified.union(difference.added).recursiveDifference(writer.ignored);
  const removed = difference.removed.recursiveDifference(writer.ignored);
  const conflicts: Conflict[] = [];
  for (const [other, manager] of managers) {
    if (other === key) continue;
    const fields = manager.fields.intersection(changed);
    if (!fields.empty) conflicts.push({ manager, fields });
  }
  const left = force ? [] : beyondLastApplied(conflicts, base, writer);
  if (left.length > 0) throw conflictError(left);
  const mine = managers.get(key);
  release(managers, changed, removed);
  if (mine !== undefined) managers.set(key, mine);
}

interface Conflict {
  manager: Manager;
  fields: FieldSet;
}

/** kubectl may take over from its own client-side past: what its last-applied annotation names is no conflict. */
function beyondLastApplied(conflicts: Conflict[], live: JsonMap, writer: Writer): Conflict[] {
  if (writer.manager !== "kubectl" || conflicts.length === 0) return conflicts;
  const before = lastAppliedOf(live);
  if (before === undefined) return conflicts;
  const allowed = toFieldSet(before, writer.schema);
  return conflicts
    .map(({ manager, fields }) => ({ manager, fields: fields.difference(allowed) }))
    .filter(({ fields }) => !fields.empty);
}

function conflictError(found: Conflict[]): ApiError {
  const conflicts = found
    .map(({ manager, fields }) => ({
      who: describe(manager),
      paths: [...fields.paths()].map(formatPath),
    }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const causes = conflicts.flatMap(({ who, paths }) =>
    paths.map(field => ({ reason: "FieldManagerConflict", message: `conflict with ${who}`, field })),
  );
  const first = conflicts[0];
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: conflict with ${first?.who}: ${first?.paths[0]}`
      : `Apply failed with ${causes.length} conflicts: ${conflicts
          .map(({ who, paths }) => `conflicts with ${who}:\n${paths.map(path => `- ${path}`).join("\n")}`)
          .join("\n")}`;
  return new ApiError(409, "Conflict", message, { causes });
}

function describe(manager: Manager): string {
  const name = JSON.stringify(manager.manager);
  const door =
    manager.subresource === "" ? name : `${name} with subresource ${JSON.stringify(manager.subresource)}`;
  return manager.operation === "Update" ? `${door} using ${manager.apiVersion}` : door;
}

/** Go's spelling of a kind; the core group is the empty one. */
export function goKind(apiVersion: string, kind: string): string {
  return `${apiVersion.includes("/") ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
