import type { JsonMap } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { formatInventoryId } from "../../core/resource-id.ts";
import type { Graph, Vertex } from "./graph.ts";
import { addEdge, buildGraph, levelsOf, vertex } from "./graph.ts";
import { keyOf } from "./identity.ts";
import type { Invalid } from "./invalid.ts";
import { formatInvalid } from "./invalid.ts";
import { referencesOf } from "./references.ts";
import type { ScopeOf } from "./validate.ts";
import { validateObjects } from "./validate.ts";

/** What a run will do, in which order, and why. Pure data: printing or testing it needs no cluster. */
export interface Plan {
  graph: Graph;
  /** Each in the order in which its objects are handled. */
  applyWaves: Vertex[][];
  /** Dependants first. */
  pruneWaves: Vertex[][];
  invalid: Invalid[];
}

export interface PlanInput {
  apply: readonly JsonMap[];
  prune: readonly JsonMap[];
  /** Without it objects aren't checked for their fields (they come from the cluster). */
  scopeOf?: ScopeOf;
  /** What plain specifications name comes before what names it, as far as that makes no cycle. */
  references?: boolean;
}

export function planRun({ apply, prune, scopeOf, references = false }: PlanInput): Plan {
  const invalid = scopeOf === undefined ? [] : validateObjects(apply, scopeOf);
  const excluded = new Set(invalid.flatMap(one => one.ids.map(keyOf)));
  const valid = apply.map(object => vertex(object, "apply")).filter(one => !excluded.has(one.key));
  const applied = new Set(valid.map(one => one.key));
  const pruned = prune.map(object => vertex(object, "delete")).filter(one => !applied.has(one.key));
  const built = buildGraph([...valid, ...pruned]);
  invalid.push(...built.invalid);
  const declared = built.invalid.length === 0 ? built.graph : without(built.graph, built.invalid);
  const { graph, levels, cycles } = references ? withReferences(declared) : ordered(declared);
  invalid.push(...cycles);
  const wavesOf = (action: Vertex["action"]): Vertex[][] =>
    levels.map(level => level.filter(one => one.action === action)).filter(level => level.length > 0);
  return {
    graph,
    applyWaves: wavesOf("apply"),
    pruneWaves: wavesOf("delete")
      .map(wave => wave.reverse())
      .reverse(),
    invalid,
  };
}

function ordered(graph: Graph): { graph: Graph; levels: Vertex[][]; cycles: Invalid[] } {
  const { levels, invalid: cycles } = levelsOf(graph);
  return { graph, levels, cycles };
}

/** Found references are a convenience: where they contradict what is declared, they count for nothing. */
function withReferences(declared: Graph): ReturnType<typeof ordered> {
  const { graph } = buildGraph([...declared.vertices.values()]);
  for (const from of graph.vertices.values()) {
    if (from.action !== "apply") continue;
    for (const id of referencesOf(from.object)) {
      const to = graph.vertices.get(keyOf(id));
      if (to?.action === "apply" && to !== from) addEdge(graph, { from, to, reason: "reference" });
    }
  }
  const found = ordered(graph);
  return found.cycles.length === 0 ? found : ordered(declared);
}

function without(graph: Graph, invalid: readonly Invalid[]): Graph {
  const gone = new Set(invalid.flatMap(one => one.ids.map(keyOf)));
  const kept = [...graph.vertices.values()].filter(one => !gone.has(one.key));
  return buildGraph(kept).graph;
}

/** The plan as inventory ids, the way recorded data states it. */
export function planWaves(input: PlanInput): {
  applyWaves: string[][];
  pruneWaves: string[][];
  invalid: string[];
  error: string | undefined;
} {
  const plan = planRun(input);
  const names = (waves: Vertex[][]): string[][] =>
    waves.map(wave => wave.map(one => formatInventoryId(one.id)));
  return {
    applyWaves: names(plan.applyWaves),
    pruneWaves: names(plan.pruneWaves),
    invalid: plan.invalid.flatMap(one => one.ids.map((id: ResourceId) => formatInventoryId(id))),
    error: plan.invalid.length === 0 ? undefined : formatInvalid(plan.invalid),
  };
}
