import type { Resource } from "../core/resource.ts";
import { MapNode, SeqNode } from "../core/yaml/node.ts";
import { childMaps, childText, ensureMap, follow, isNull } from "./nodes.ts";

/** A place in objects of some kinds, as kustomize describes it. */
export interface FieldSpec {
  group?: string;
  version?: string;
  kind?: string;
  /** Names between slashes; `\/` is a slash in a name, `[]` behind a name means every element. */
  path: string;
  /** Whether missing mappings on the way, and the field, are made. */
  create?: boolean;
}

/** Reads the list of field specs at a key of a config. */
export function readFieldSpecs(config: MapNode, key: string): FieldSpec[] | undefined {
  if (!(follow(config.get(key)) instanceof SeqNode)) return undefined;
  return childMaps(config, key).map(map => {
    const spec: FieldSpec = {
      path: childText(map, "path") ?? "",
      create: childText(map, "create") === "true",
    };
    for (const part of ["group", "version", "kind"] as const) {
      const text = childText(map, part);
      if (text !== undefined && text !== "") spec[part] = text;
    }
    return spec;
  });
}

/** A field that a spec leads to: in a mapping, which exists; the field itself may not. */
export interface Field {
  parent: MapNode;
  key: string;
  /** Names from the top of the object, list steps left out. */
  path: readonly string[];
}

/** The same, but where a path can't be followed it ends. */
export function reachableFields(spec: FieldSpec, item: Resource): Field[] {
  try {
    return fieldsAt(spec, item);
  } catch (thrown) {
    if (thrown instanceof FieldSpecError) return [];
    throw thrown;
  }
}

interface Step {
  name: string;
  each: boolean;
}

const paths = new Map<string, Step[]>();

function stepsOf(path: string): Step[] {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const steps = path
    .replaceAll("\\/", "\0")
    .split("/")
    .filter(step => step !== "")
    .map(step => {
      const each = step.endsWith("[]");
      return { name: (each ? step.slice(0, -2) : step).replaceAll("\0", "/"), each };
    });
  if (paths.size > 1000) paths.clear();
  paths.set(path, steps);
  return steps;
}

export function selects(spec: FieldSpec, item: Resource): boolean {
  return (
    (spec.group === undefined || spec.group === item.group) &&
    (spec.version === undefined || spec.version === item.version) &&
    (spec.kind === undefined || spec.kind === item.kind)
  );
}

/** Something that is neither mapping nor list stands where a path goes on; in kustomize's words. */
export class FieldSpecError extends Error {}

/**
 * The fields a spec leads to in an item of its kinds; without `create` only those whose mapping is there. Throws
 * FieldSpecError where the path can't be followed.
 */
export function fieldsAt(spec: FieldSpec, item: Resource): Field[] {
  const found: Field[] = [];
  if (!selects(spec, item)) return found;
  if (spec.path === "") throw new FieldSpecError("cannot set or create an empty field name");
  descend(item.node, stepsOf(spec.path), 0, spec.create ?? false, [], found);
  return found;
}

function descend(
  map: MapNode,
  steps: readonly Step[],
  at: number,
  create: boolean,
  path: readonly string[],
  found: Field[],
): void {
  const step = steps[at];
  if (step === undefined) return;
  const below = [...path, step.name];
  if (at === steps.length - 1) {
    found.push({ parent: map, key: step.name, path: below });
    return;
  }
  const child = follow(map.get(step.name));
  if (child instanceof MapNode) descend(child, steps, at + 1, create, below, found);
  else if (child instanceof SeqNode) inList(child, steps, at + 1, create, below, found);
  else if (!isNull(child)) throw new FieldSpecError("expected sequence or mapping node");
  else if (create && !step.each) {
    const made = ensureMap(map, step.name);
    if (made !== undefined) descend(made, steps, at + 1, create, below, found);
  }
}

function inList(
  list: SeqNode,
  steps: readonly Step[],
  at: number,
  create: boolean,
  path: readonly string[],
  found: Field[],
): void {
  for (const item of list.items) {
    const element = follow(item);
    if (element instanceof MapNode) descend(element, steps, at, create, path, found);
    else if (element instanceof SeqNode) inList(element, steps, at, create, path, found);
    else if (!isNull(element)) {
      const rest = steps.slice(at).map(({ name, each }) => `${name}${each ? "[]" : ""}`);
      throw new FieldSpecError(
        `visit traversal on path: [${rest.join(" ")}]: expected sequence or mapping node`,
      );
    }
  }
}
