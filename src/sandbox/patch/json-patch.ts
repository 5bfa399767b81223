import { cloneJson, equalJson, isMap, type Json, type JsonMap } from "../../core/json.ts";

export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: Json;
}

/** The patch cannot be applied to this object: a missing place, or a test that does not hold. */
export class PatchDoesNotApply extends Error {}

/** RFC 6902. The object given stays as it is. */
export function applyJsonPatch(object: JsonMap, operations: readonly JsonPatchOperation[]): Json {
  let root: Json = cloneJson(object);
  for (const operation of operations) root = applyOne(root, operation);
  return root;
}

function applyOne(root: Json, { op, path, from, value }: JsonPatchOperation): Json {
  switch (op) {
    case "add":
      return put(root, steps(path), needed(value), "add");
    case "replace":
      return put(root, steps(path), needed(value), "replace");
    case "remove":
      return remove(root, steps(path));
    case "test":
      if (!equalJson(find(root, steps(path)) ?? null, value ?? null)) {
        throw new PatchDoesNotApply(`testing value ${path} failed`);
      }
      return root;
    case "move": {
      const moved = find(root, steps(from ?? ""));
      if (moved === undefined) throw missing(from ?? "");
      return put(remove(root, steps(from ?? "")), steps(path), moved, "add");
    }
    case "copy": {
      const copied = find(root, steps(from ?? ""));
      if (copied === undefined) throw missing(from ?? "");
      return put(root, steps(path), cloneJson(copied), "add");
    }
    default:
      throw new PatchDoesNotApply(`unexpected kind: ${op}`);
  }
}

function needed(value: Json | undefined): Json {
  if (value === undefined) throw new PatchDoesNotApply("missing value");
  return cloneJson(value);
}

function steps(path: string): string[] {
  if (path === "") return [];
  if (!path.startsWith("/")) throw missing(path);
  return path
    .slice(1)
    .split("/")
    .map(step => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function missing(path: string): PatchDoesNotApply {
  return new PatchDoesNotApply(`missing path: ${path}`);
}

function find(root: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = root;
  for (const step of path) {
    if (Array.isArray(at)) at = at[indexIn(at, step, false)];
    else if (isMap(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

function put(root: Json, path: readonly string[], value: Json, mode: "add" | "replace"): Json {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = find(root, path.slice(0, -1));
  if (Array.isArray(parent)) {
    if (mode === "replace") parent[indexIn(parent, last, false)] = value;
    else parent.splice(indexIn(parent, last, true), 0, value);
  } else if (isMap(parent)) {
    if (mode === "replace" && !Object.hasOwn(parent, last)) throw missing(path.join("/"));
    parent[last] = value;
  } else throw missing(path.join("/"));
  return root;
}

function remove(root: Json, path: readonly string[]): Json {
  const last = path.at(-1);
  if (last === undefined) return null;
  const parent = find(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(indexIn(parent, last, false), 1);
  else if (isMap(parent) && Object.hasOwn(parent, last)) delete parent[last];
  else throw missing(path.join("/"));
  return root;
}

/** An index, counted from the end when negative; `-` is the place behind the last element. */
function indexIn(list: readonly Json[], step: string, inserting: boolean): number {
  if (step === "-" && inserting) return list.length;
  if (!/^-?\d+$/.test(step)) throw missing(step);
  const index = Number(step) < 0 ? list.length + Number(step) : Number(step);
  if (index < 0 || index > list.length - (inserting ? 0 : 1)) throw missing(step);
  return index;
}
