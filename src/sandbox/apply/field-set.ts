import { compareBytes, emptyMap, isMap, type Json, type JsonMap } from "../../core/json.ts";

/**
 * A set of field paths, as managedFields keep them. Steps are spelt as FieldsV1 spells them: `f:name` a field,
 * `k:{"name":"x"}` an element of a list by its keys, `v:"x"` an element by its value.
 */
export class FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();

  insert(path: readonly string[]): this {
    let at: FieldSet = this;
    path.forEach((step, index) => {
      if (index === path.length - 1) at.members.add(step);
      else at = at.#childOf(step);
    });
    return this;
  }

  get empty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  has(step: string): boolean {
    return this.members.has(step);
  }

  below(step: string): FieldSet {
    return this.children.get(step) ?? nothing;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const set of [this, other]) {
      for (const step of set.members) result.members.add(step);
      for (const [step, child] of set.children) {
        const present = result.children.get(step);
        result.children.set(step, present === undefined ? child : present.union(child));
      }
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const step of this.members) if (other.members.has(step)) result.members.add(step);
    for (const [step, child] of this.children) result.#adopt(step, child.intersection(other.below(step)));
    return result;
  }

  /** Without the paths of another set; what lies below a removed path stays. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const step of this.members) if (!other.members.has(step)) result.members.add(step);
    for (const [step, child] of this.children) {
      const less = other.children.get(step);
      result.#adopt(step, less === undefined ? child : child.difference(less));
    }
    return result;
  }

  /** Without the paths of another set and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const step of this.members) if (!other.members.has(step)) result.members.add(step);
    for (const [step, child] of this.children) {
      if (other.members.has(step)) continue;
      const less = other.children.get(step);
      result.#adopt(step, less === undefined ? child : child.recursiveDifference(less));
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const step of this.members) if (!other.members.has(step)) return false;
    for (const [step, child] of this.children) if (!child.equals(other.below(step))) return false;
    return true;
  }

  /** Every path, fields before keyed elements, each in the order of its spelling. */
  *paths(prefix: readonly string[] = []): Generator<string[]> {
    for (const step of [...this.members].sort(compareSteps)) yield [...prefix, step];
    for (const [step, child] of [...this.children].sort(([a], [b]) => compareSteps(a, b))) {
      yield* child.paths([...prefix, step]);
    }
  }

  toJson(): JsonMap {
    const result = emptyMap();
    const steps = new Set([...this.members, ...this.children.keys()]);
    for (const step of [...steps].sort(compareSteps)) {
      const child = this.children.get(step);
      const inner = child?.toJson() ?? emptyMap();
      if (child !== undefined && this.members.has(step)) {
        const withSelf = emptyMap();
        withSelf["."] = emptyMap();
        for (const [key, value] of Object.entries(inner)) withSelf[key] = value;
        result[step] = withSelf;
      } else result[step] = inner;
    }
    return result;
  }

  #childOf(step: string): FieldSet {
    let child = this.children.get(step);
    if (child === undefined) {
      child = new FieldSet();
      this.children.set(step, child);
    }
    return child;
  }

  #adopt(step: string, child: FieldSet): void {
    if (!child.empty) this.children.set(step, child);
  }
}

const nothing = new FieldSet();

/** Reads FieldsV1; what is no such set is an empty one. */
export function fieldSetOf(json: Json | undefined): FieldSet {
  if (!isMap(json)) return new FieldSet();
  let set = read.get(json);
  if (set === undefined) {
    set = readSet(json);
    read.set(json, set);
  }
  return set;
}

// Records are replaced, never changed, so that each is read and written out once.
const read = new WeakMap<JsonMap, FieldSet>();
const written = new WeakMap<FieldSet, JsonMap>();

/** The FieldsV1 of a finished set. */
export function fieldsOf(set: FieldSet): JsonMap {
  let json = written.get(set);
  if (json === undefined) {
    json = set.toJson();
    written.set(set, json);
    read.set(json, set);
  }
  return json;
}

function readSet(json: JsonMap): FieldSet {
  const result = new FieldSet();
  for (const [step, value] of Object.entries(json)) {
    if (step === "." || !isMap(value)) continue;
    const inner = readSet(value);
    if (!inner.empty) result.children.set(step, inner);
    if (inner.empty || Object.hasOwn(value, ".")) result.members.add(step);
  }
  return result;
}

const kinds = ["f", "k", "v", "i"];

function compareSteps(a: string, b: string): number {
  const byKind = kinds.indexOf(a[0] ?? "") - kinds.indexOf(b[0] ?? "");
  return byKind !== 0 ? byKind : compareBytes(a, b);
}

/** A path as conflicts show it: `.spec.containers[name="c"].image`. */
export function formatPath(path: readonly string[]): string {
  return path
    .map(step => {
      const text = step.slice(2);
      if (step.startsWith("f:")) return `.${text}`;
      if (step.startsWith("v:")) return `[=${text}]`;
      if (step.startsWith("i:")) return `[${text}]`;
      const keys: unknown = JSON.parse(text);
      if (typeof keys !== "object" || keys === null) return `[${text}]`;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(",")}]`;
    })
    .join("");
}
