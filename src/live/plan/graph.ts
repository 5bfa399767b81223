import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { formatReference } from "../../core/resource-id.ts";
import { dependsOnAnnotation, parseDependsOn } from "./depends-on.ts";
import { annotation, idOf, keyOf } from "./identity.ts";
import type { Invalid } from "./invalid.ts";
import { mutationAnnotation, parseMutation } from "./mutation.ts";
import { compareForApply, compareIds } from "./order.ts";

export type EdgeReason = "depends-on" | "apply-time-mutation" | "crd" | "namespace" | "reference";

/** An object that is to be applied or deleted in a run. */
export interface Vertex {
  id: ResourceId;
  key: string;
  object: JsonMap;
  action: "apply" | "delete";
}

export interface Edge {
  from: Vertex;
  to: Vertex;
  reason: EdgeReason;
}

/** That one object waits for another, and why. */
export interface Wait {
  id: ResourceId;
  after: ResourceId;
  reason: EdgeReason;
}

export interface Graph {
  vertices: Map<string, Vertex>;
  /** What each vertex needs, by its key. */
  needs: Map<string, Edge[]>;
  /** Who needs it, by its key. */
  neededBy: Map<string, Edge[]>;
}

export function vertex(object: JsonMap, action: Vertex["action"]): Vertex {
  const id = idOf(object);
  return { id, key: keyOf(id), object, action };
}

/**
 * The graph of everything that a run touches, and the objects whose own annotations are wrong.
 * Wrong or dangling dependencies of objects to delete are ignored: they must not block a deletion.
 */
export function buildGraph(vertices: readonly Vertex[]): { graph: Graph; invalid: Invalid[] } {
  const all = new Map(vertices.map(one => [one.key, one]));
  const graph: Graph = { vertices: all, needs: new Map(), neededBy: new Map() };
  const causes = new Map<string, string[]>();
  const report = (from: Vertex, kind: string, text: string): void => {
    if (from.action === "delete") return;
    const texts = causes.get(from.key) ?? [];
    texts.push(`invalid ${JSON.stringify(kind)} annotation: ${text}`);
    causes.set(from.key, texts);
  };
  for (const from of all.values()) declaredEdges(graph, from, report);
  for (const from of all.values()) mutationEdges(graph, from, report);
  impliedEdges(graph);
  const invalid = [...causes].map(([key, texts]) => ({ ids: idsOf(all, [key]), causes: texts }));
  return { graph, invalid };
}

function idsOf(vertices: ReadonlyMap<string, Vertex>, keys: Iterable<string>): ResourceId[] {
  return [...keys].flatMap(key => vertices.get(key)?.id ?? []);
}

type Report = (from: Vertex, annotation: string, text: string) => void;

function declaredEdges(graph: Graph, from: Vertex, report: Report): void {
  const value = annotation(from.object, dependsOnAnnotation);
  if (value === undefined) return;
  let targets: ResourceId[];
  try {
    targets = parseDependsOn(value);
  } catch (thrown) {
    report(from, dependsOnAnnotation, thrown instanceof Error ? thrown.message : String(thrown));
    return;
  }
  const seen = new Set<string>();
  for (const target of targets) {
    const arrow = `${formatReference(from.id)} -> ${formatReference(target)}`;
    const key = keyOf(target);
    const to = graph.vertices.get(key);
    if (seen.has(key)) report(from, dependsOnAnnotation, `duplicate dependency: ${arrow}`);
    else if (to === undefined) report(from, dependsOnAnnotation, `external dependency: ${arrow}`);
    else addEdge(graph, { from, to, reason: "depends-on" });
    seen.add(key);
  }
}

function mutationEdges(graph: Graph, from: Vertex, report: Report): void {
  const value = annotation(from.object, mutationAnnotation);
  if (value === undefined) return;
  try {
    const reported = new Set<string>();
    for (const { source } of parseMutation(value, from.id)) {
      const to = graph.vertices.get(keyOf(source));
      if (to !== undefined) addEdge(graph, { from, to, reason: "apply-time-mutation" });
      else if (!reported.has(keyOf(source))) {
        reported.add(keyOf(source));
        const arrow = `${formatReference(from.id)} -> ${formatReference(source)}`;
        report(from, mutationAnnotation, `external dependency: ${arrow}`);
      }
    }
  } catch (thrown) {
    report(from, mutationAnnotation, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** A custom resource needs its definition, and everything in a namespace needs the namespace. */
function impliedEdges(graph: Graph): void {
  const definitions = new Map<string, Vertex>();
  const namespaces = new Map<string, Vertex>();
  for (const one of graph.vertices.values()) {
    if (one.id.kind === "Namespace" && one.id.group === "") namespaces.set(one.id.name, one);
    if (one.id.kind !== "CustomResourceDefinition" || one.id.group !== "apiextensions.k8s.io") continue;
    const group = textAt(one.object, "spec", "group") ?? "";
    definitions.set(`${group}/${textAt(one.object, "spec", "names", "kind") ?? ""}`, one);
  }
  for (const from of graph.vertices.values()) {
    const definition = definitions.get(`${from.id.group}/${from.id.kind}`);
    if (definition !== undefined) addEdge(graph, { from, to: definition, reason: "crd" });
    const namespace = namespaces.get(from.id.namespace);
    if (namespace !== undefined) addEdge(graph, { from, to: namespace, reason: "namespace" });
  }
}

export function addEdge(graph: Graph, edge: Edge): void {
  const needs = graph.needs.get(edge.from.key) ?? [];
  if (needs.some(one => one.to.key === edge.to.key)) return;
  needs.push(edge);
  graph.needs.set(edge.from.key, needs);
  const neededBy = graph.neededBy.get(edge.to.key) ?? [];
  neededBy.push(edge);
  graph.neededBy.set(edge.to.key, neededBy);
}

/** Vertices level by level, each in the earliest that its needs allow; a cycle, and what hangs on it, is left over. */
export function levelsOf(graph: Graph): { levels: Vertex[][]; invalid: Invalid[] } {
  const open = new Map<string, number>();
  for (const key of graph.vertices.keys()) open.set(key, graph.needs.get(key)?.length ?? 0);
  const levels: Vertex[][] = [];
  let ready = [...graph.vertices.values()].filter(one => open.get(one.key) === 0);
  while (ready.length > 0) {
    levels.push(ready.sort((a, b) => compareForApply(a.id, b.id)));
    const next: Vertex[] = [];
    for (const done of ready) {
      open.delete(done.key);
      for (const { from } of graph.neededBy.get(done.key) ?? []) {
        const left = (open.get(from.key) ?? 0) - 1;
        open.set(from.key, left);
        if (left === 0) next.push(from);
      }
    }
    ready = next;
  }
  return { levels, invalid: open.size === 0 ? [] : [cycleOf(graph, open)] };
}

function cycleOf(graph: Graph, left: ReadonlyMap<string, number>): Invalid {
  const vertices = [...left.keys()].flatMap(key => graph.vertices.get(key) ?? []);
  const edges = vertices
    .flatMap(from => graph.needs.get(from.key) ?? [])
    .filter(edge => left.has(edge.to.key))
    .sort((a, b) => compareIds(a.from.id, b.from.id) || compareIds(a.to.id, b.to.id));
  const arrows = edges.map(edge => `\n- ${formatReference(edge.from.id)} -> ${formatReference(edge.to.id)}`);
  return {
    ids: vertices.map(one => one.id).sort(compareForApply),
    causes: [`cyclic dependency:${arrows.join("")}`],
  };
}

/** An apply waits for what it needs, a deletion for those who need it. */
export function waitsOf({ needs }: Graph): Wait[] {
  return [...needs.values()].flat().map(({ from, to, reason }) => {
    const [late, early] = from.action === "apply" ? [from, to] : [to, from];
    return { id: late.id, after: early.id, reason };
  });
}
