import { compareBytes, emptyMap, equalJson, isMap, type Json, type JsonMap } from "../../core/json.ts";
import type { Schema } from "../../core/schema/schema.ts";
import { FieldSet } from "./field-set.ts";

// sigs.k8s.io/structured-merge-diff/typed over our schemas: which fields a value has, what differs between two, how
// one is laid over another. A place without a schema is judged by its value: maps by field, lists as one piece.

/** A value that the schema has no room for. */
export class TypedValueError extends Error {}

type Shape =
  | { kind: "leaf" }
  | { kind: "list"; elements: "set" | "map"; keys: readonly string[]; item: Schema | undefined }
  | { kind: "map"; schema: Schema | undefined };

const leaf: Shape = { kind: "leaf" };

function shapeOf(schema: Schema | undefined, value: Json | undefined): Shape {
  if (Array.isArray(value)) {
    const type = schema?.listType ?? "atomic";
    if (schema === undefined || type === "atomic") return leaf;
    return { kind: "list", elements: type, keys: schema.listMapKeys ?? [], item: schema.items };
  }
  if (!isMap(value)) return leaf;
  if (schema === undefined) return { kind: "map", schema };
  if (schema.mapType === "atomic" || schema.quantity === true || schema.intOrString === true) return leaf;
  const open = schema.preserveUnknownFields === true || schema.additionalProperties !== undefined;
  return schema.properties === undefined && !open ? leaf : { kind: "map", schema };
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const extra = schema?.additionalProperties;
  return schema?.properties?.get(key) ?? (typeof extra === "object" ? extra : undefined);
}

function isDeclared(schema: Schema | undefined, key: string): boolean {
  return schema?.properties?.has(key) === true;
}

/** The step to an element of a list that is a set or a map by keys. */
export function elementStep(
  item: Json,
  elements: "set" | "map",
  keys: readonly string[],
  schema: Schema | undefined,
): string {
  if (elements === "set") return `v:${JSON.stringify(item)}`;
  if (!isMap(item)) throw new TypedValueError("associative list with keys may not have non-map elements");
  const named: string[] = [];
  let found = false;
  for (const key of [...keys].sort(compareBytes)) {
    const fallback = schema?.properties?.get(key)?.default;
    const value = item[key] ?? fallback;
    if (value === undefined) continue;
    if (item[key] !== undefined) found = true;
    named.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
  }
  if (!found && keys.length > 0 && named.length < keys.length) {
    throw new TypedValueError(
      `associative list with keys has an element that omits key field ${JSON.stringify(keys[0])} (and doesn't have default value)`,
    );
  }
  return `k:{${named.join(",")}}`;
}

interface Walk {
  at: string;
}

/** Throws where a value has fields that the schema does not know, or elements that cannot be told apart. */
export function checkTyped(value: Json, schema: Schema | undefined, walk: Walk = { at: "" }): void {
  const problem = misfit(value, schema);
  if (problem !== undefined) throw new TypedValueError(`${walk.at === "" ? "" : `${walk.at}: `}${problem}`);
  const shape = shapeOf(schema, value);
  if (shape.kind === "map" && isMap(value)) {
    for (const [key, field] of Object.entries(value)) {
      const at = `${walk.at}.${key}`;
      const known = fieldSchema(shape.schema, key);
      const open =
        shape.schema === undefined ||
        shape.schema.preserveUnknownFields === true ||
        shape.schema.additionalProperties !== undefined;
      if (known === undefined && !open) throw new TypedValueError(`${at}: field not declared in schema`);
      if (known !== undefined) checkTyped(field, known, { at });
    }
  } else if (shape.kind === "list" && Array.isArray(value)) {
    const seen = new Set<string>();
    for (const item of value) {
      let step: string;
      try {
        step = elementStep(item, shape.elements, shape.keys, shape.item);
      } catch (thrown) {
        if (!(thrown instanceof TypedValueError)) throw thrown;
        throw new TypedValueError(`${walk.at}: element ${value.indexOf(item)}: ${thrown.message}`);
      }
      const shown = shape.elements === "set" ? `[=${step.slice(2)}]` : keyedStep(step);
      if (seen.has(step)) throw new TypedValueError(`${walk.at}: duplicate entries for key ${shown}`);
      seen.add(step);
      checkTyped(item, shape.item, { at: `${walk.at}${shown}` });
    }
  }
}

function keyedStep(step: string): string {
  const inner = step.slice(3, -1).replaceAll(/"([^"]+)":/g, "$1=");
  return `[${inner}]`;
}

function misfit(value: Json, schema: Schema | undefined): string | undefined {
  if (schema === undefined || value === null || schema.intOrString === true || schema.quantity === true)
    return undefined;
  const found = Array.isArray(value) ? "list" : isMap(value) ? "map" : JSON.stringify(value);
  switch (schema.type) {
    case "object":
      return isMap(value) ? undefined : `expected map, got ${goPlain(value)}`;
    case "array":
      return Array.isArray(value) ? undefined : `expected list, got ${goPlain(value)}`;
    case "string":
      return typeof value === "string" ? undefined : `expected string, got ${goValue(value, found)}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got ${goPlain(value)}`;
    case "integer":
    case "number":
      return typeof value === "number" || typeof value === "bigint"
        ? undefined
        : `expected numeric (int or float), got ${goType(value)}`;
    default:
      return undefined;
  }
}

function goValue(value: Json, found: string): string {
  return `&value.valueUnstructured{Value:${typeof value === "string" ? JSON.stringify(value) : found}}`;
}

/** As Go's %v prints the wrapper of a value. */
function goPlain(value: Json): string {
  const print = (part: Json): string => {
    if (part === null) return "<nil>";
    if (Array.isArray(part)) return `[${part.map(print).join(" ")}]`;
    if (!isMap(part)) return String(part);
    const fields = Object.keys(part).sort(compareBytes);
    return `map[${fields.map(key => `${key}:${print(part[key] ?? null)}`).join(" ")}]`;
  };
  return `&{${print(value)}}`;
}

function goType(value: Json): string {
  if (Array.isArray(value)) return "[]interface {}";
  return isMap(value) ? "map[string]interface {}" : typeof value === "boolean" ? "bool" : "string";
}

/** The paths of all that a value says: what an applier owns. */
export function toFieldSet(value: Json, schema: Schema | undefined): FieldSet {
  const set = new FieldSet();
  collect(value, schema, [], set);
  return set;
}

function collect(value: Json, schema: Schema | undefined, path: string[], set: FieldSet): void {
  const shape = shapeOf(schema, value);
  if (shape.kind === "leaf") {
    if (path.length > 0) set.insert(path);
  } else if (shape.kind === "map" && isMap(value)) {
    for (const [key, field] of Object.entries(value)) {
      const inner = [...path, `f:${key}`];
      const isEmpty = field === null || (isMap(field) && Object.keys(field).length === 0);
      if (isEmpty || !isDeclared(shape.schema, key)) set.insert(inner);
      if (!isEmpty) collect(field, fieldSchema(shape.schema, key), inner, set);
    }
  } else if (shape.kind === "list" && Array.isArray(value)) {
    for (const item of value) {
      const inner = [...path, elementStep(item, shape.elements, shape.keys, shape.item)];
      set.insert(inner);
      if (isMap(item)) collect(item, shape.item, inner, set);
    }
  }
}

export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** What the second value adds, changes and removes. */
export function compare(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema | undefined,
): Comparison {
  const result = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  walkBoth(before, after, schema, [], result);
  return result;
}

function walkBoth(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema | undefined,
  path: string[],
  result: Comparison,
): void {
  if (before === after && before !== undefined) return;
  const shape = shapeOf(schema, after === undefined || after === null ? before : after);
  const other = shapeOf(schema, before === undefined || before === null ? after : before);
  if (shape.kind !== other.kind || shape.kind === "leaf" || (isBlank(before) && isBlank(after))) {
    noteLeaf(before, after, path, result);
    return;
  }
  if (shape.kind === "map") {
    const left = isMap(before) ? before : emptyMap();
    const right = isMap(after) ? after : emptyMap();
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      walkBoth(
        own(left, key),
        own(right, key),
        fieldSchema(shape.schema, key),
        [...path, `f:${key}`],
        result,
      );
    }
  } else {
    const left = keyed(before, shape);
    const right = keyed(after, shape);
    for (const step of new Set([...left.keys(), ...right.keys()])) {
      walkBoth(left.get(step), right.get(step), shape.item, [...path, step], result);
    }
  }
  if (path.length === 0) return;
  if (before === undefined) result.added.insert(path);
  else if (after === undefined) result.removed.insert(path);
}

function own(map: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isBlank(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}

function noteLeaf(
  before: Json | undefined,
  after: Json | undefined,
  path: string[],
  result: Comparison,
): void {
  if (path.length === 0) return;
  if (before === undefined) result.added.insert(path);
  else if (after === undefined) result.removed.insert(path);
  else if (!equalJson(before, after)) result.modified.insert(path);
}

function keyed(value: Json | undefined, shape: Extract<Shape, { kind: "list" }>): Map<string, Json> {
  const items = new Map<string, Json>();
  if (!Array.isArray(value)) return items;
  for (const item of value) {
    const step = elementStep(item, shape.elements, shape.keys, shape.item);
    if (!items.has(step)) items.set(step, item);
  }
  return items;
}

/** The second value laid over the first. Elements of keyed lists keep the order of the second among the first's. */
export function mergeTyped(live: Json | undefined, applied: Json, schema: Schema | undefined): Json {
  const shape = shapeOf(schema, applied);
  if (live === undefined || live === null || isBlank(applied))
    return isBlank(applied) ? blankOver(live, applied) : applied;
  if (shape.kind === "map" && isMap(applied) && isMap(live)) {
    const result = emptyMap();
    for (const [key, value] of Object.entries(live)) result[key] = value;
    for (const [key, value] of Object.entries(applied)) {
      result[key] = mergeTyped(own(live, key), value, fieldSchema(shape.schema, key));
    }
    return result;
  }
  if (shape.kind === "list" && Array.isArray(live)) return mergeLists(live, applied, shape);
  return applied;
}

function blankOver(live: Json | undefined, applied: Json): Json {
  // An applied `{}` or `[]` lays nothing over what is there.
  return live === undefined || live === null || applied === null ? applied : live;
}

function mergeLists(live: Json[], applied: Json, shape: Extract<Shape, { kind: "list" }>): Json[] {
  const present = keyed(live, shape);
  const wanted = keyed(applied, shape);
  const left = [...present.keys()];
  const right = [...wanted.keys()];
  const shared = right.filter(step => present.has(step));
  const done = new Set<string>();
  const result: Json[] = [];
  const take = (step: string): void => {
    result.push(mergeTyped(present.get(step), wanted.get(step) ?? null, shape.item));
    done.add(step);
  };
  let next = 0;
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const live = left[l];
    const mine = right[r];
    if (live !== undefined && live === mine) {
      take(mine);
      l++;
      r++;
      next++;
    } else if (
      live !== undefined &&
      mine !== undefined &&
      wanted.has(live) &&
      next < shared.length &&
      shared[next] !== live
    ) {
      // Both have it, but it is not the next one in the applier's order.
      l++;
    } else if (live !== undefined && !wanted.has(live)) {
      result.push(present.get(live) ?? null);
      l++;
    } else {
      if (live !== undefined && done.has(live)) l++;
      if (mine !== undefined) {
        take(mine);
        r++;
        if (shared[next] === mine) next++;
      }
    }
  }
  return result;
}

/** A value without the paths of a set. Undefined when nothing is left of a collection. */
export function removeFields(value: Json, gone: FieldSet, schema: Schema | undefined): Json | undefined {
  const shape = shapeOf(schema, value);
  if (shape.kind === "map" && isMap(value)) {
    const result = emptyMap();
    for (const [key, field] of Object.entries(value)) {
      const step = `f:${key}`;
      if (gone.has(step)) continue;
      const below = gone.below(step);
      // An emptied field stays as null, so that its parent counts as somebody's still.
      result[key] = below.empty
        ? field
        : (removeFields(field, below, fieldSchema(shape.schema, key)) ?? null);
    }
    return Object.keys(result).length > 0 ? result : undefined;
  }
  if (shape.kind === "list" && Array.isArray(value)) {
    const result: Json[] = [];
    for (const item of value) {
      const step = elementStep(item, shape.elements, shape.keys, shape.item);
      if (gone.has(step)) continue;
      const below = gone.below(step);
      result.push(below.empty ? item : (removeFields(item, below, shape.item) ?? null));
    }
    return result.length > 0 ? result : undefined;
  }
  return gone.empty || !(Array.isArray(value) || isMap(value)) ? value : undefined;
}

/** A value without the nulls that removal has left where `before` had more. */
export function withoutRemains(value: Json, before: Json | undefined): Json {
  if (!isMap(value) || !isMap(before)) return value;
  const result = emptyMap();
  for (const [key, field] of Object.entries(value)) {
    const last = own(before, key);
    if (field !== null || last === null) result[key] = withoutRemains(field, last);
  }
  return result;
}

/** The set with every declared field that has members below it as a member too. */
export function withNamedFields(set: FieldSet, schema: Schema | undefined): FieldSet {
  const result = new FieldSet();
  for (const step of set.members) result.members.add(step);
  for (const [step, child] of set.children) {
    const key = step.startsWith("f:") ? step.slice(2) : undefined;
    if (key !== undefined && isDeclared(schema, key)) result.members.add(step);
    const inner = key === undefined ? schema?.items : fieldSchema(schema, key);
    result.children.set(step, withNamedFields(child, inner));
  }
  return result;
}
