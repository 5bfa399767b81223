import type { ActuationEvent, LiveEvent, WaitEvent } from "../events.ts";
import type { Vertex } from "../plan/graph.ts";
import { keyOf } from "../plan/identity.ts";
import type { Plan } from "../plan/plan.ts";
import type { Schedule } from "../plan/schedule.ts";

type Actuated = "Apply" | "Prune" | "Delete";

/** Puts what happens in parallel into an order that reads like one thing after another. */
export interface Sequencer {
  /** The groups that will be reported, for the init event. */
  groups(): { action: Actuated | "Wait"; name: string; ids: Vertex["id"][] }[];
  /** A step was given to a worker; its result must be told before that of later ones of its wave. */
  started(vertex: Vertex): void;
  actuation(event: ActuationEvent): void;
  wait(event: WaitEvent): void;
  /** The object won't be heard of any more. */
  settled(vertex: Vertex): void;
  /** Tells whatever is still held back: the run has ended early. */
  flush(): void;
}

interface SequenceOptions {
  plan: Plan;
  schedule: Schedule;
  deletion: "Prune" | "Delete";
  hasWaits: boolean;
  emit(event: LiveEvent): void;
}

/** Waves one after another, each with its groups: for programs and for the release's text. */
export function waveSequencer({ plan, schedule, deletion, hasWaits, emit }: SequenceOptions): Sequencer {
  const waves = [
    ...plan.applyWaves.map(vertices => newWave(vertices, "Apply" as const)),
    ...plan.pruneWaves.map(vertices => newWave(vertices, deletion)),
  ];
  let wait = 0;
  for (const [index, wave] of waves.entries()) {
    const nth = wave.action === "Apply" ? index : index - plan.applyWaves.length;
    wave.name = `${wave.action === "Apply" ? "apply" : "prune"}-${nth}`;
    wave.waitName = `wait-${wait++}`;
  }
  let at = 0;
  const advance = (): void => {
    for (let wave = waves[at]; wave !== undefined; wave = waves[at]) {
      if (!wave.isOpen) {
        if (wave.started === 0) return;
        wave.isOpen = true;
        emit({ type: "group", action: wave.action, name: wave.name, status: "Started" });
      }
      while (wave.told < wave.vertices.length) {
        const event = wave.actuations.get(wave.vertices[wave.told]?.key ?? "");
        if (event === undefined) return;
        emit(event);
        wave.told++;
        if (wave.told < wave.vertices.length) continue;
        emit({ type: "group", action: wave.action, name: wave.name, status: "Finished" });
        if (hasWaits) emit({ type: "group", action: "Wait", name: wave.waitName, status: "Started" });
      }
      if (hasWaits) {
        for (const event of inOrder(wave.waits, schedule)) emit(event);
        wave.waits = [];
        if (wave.settled.size < wave.vertices.length) return;
        emit({ type: "group", action: "Wait", name: wave.waitName, status: "Finished" });
      }
      at++;
    }
  };
  const waveOf = (key: string): Wave | undefined => waves[schedule.waveOf(key)];
  return {
    groups: () =>
      waves.flatMap(wave => {
        const ids = wave.vertices.map(vertex => vertex.id);
        const own = { action: wave.action, name: wave.name, ids };
        return hasWaits ? [own, { action: "Wait" as const, name: wave.waitName, ids }] : [own];
      }),
    started(vertex) {
      const wave = waveOf(vertex.key);
      if (wave !== undefined) wave.started++;
      advance();
    },
    actuation(event) {
      waveOf(keyOf(event.id))?.actuations.set(keyOf(event.id), event);
      advance();
    },
    wait(event) {
      waveOf(keyOf(event.id))?.waits.push(event);
      advance();
    },
    settled(vertex) {
      waveOf(vertex.key)?.settled.add(vertex.key);
      advance();
    },
    flush() {
      for (const wave of waves.slice(at)) {
        if (wave.started === 0) continue;
        for (const vertex of wave.vertices.slice(wave.told)) {
          const event = wave.actuations.get(vertex.key);
          if (event !== undefined) emit(event);
        }
        for (const event of inOrder(wave.waits, schedule)) emit(event);
        wave.waits = [];
      }
    },
  };
}

interface Wave {
  vertices: readonly Vertex[];
  action: Actuated;
  name: string;
  waitName: string;
  isOpen: boolean;
  started: number;
  told: number;
  actuations: Map<string, ActuationEvent>;
  waits: WaitEvent[];
  settled: Set<string>;
}

function newWave(vertices: readonly Vertex[], action: Actuated): Wave {
  return {
    vertices,
    action,
    name: "",
    waitName: "",
    isOpen: false,
    started: 0,
    told: 0,
    actuations: new Map(),
    waits: [],
    settled: new Set(),
  };
}

/** First what each object has to say at the start, in the order of the wave; then the rest as it came. */
function inOrder(events: readonly WaitEvent[], schedule: Schedule): WaitEvent[] {
  const seen = new Set<string>();
  const first: WaitEvent[] = [];
  const rest: WaitEvent[] = [];
  for (const event of events) {
    const key = keyOf(event.id);
    (seen.has(key) ? rest : first).push(event);
    seen.add(key);
  }
  first.sort((a, b) => schedule.orderOf(keyOf(a.id)) - schedule.orderOf(keyOf(b.id)));
  return [...first, ...rest];
}

/**
 * Each thing as soon as it is known, but: results of one wave in its order, waits of a wave only when
 * nothing of it is under way, and nothing before what made it possible. One group per action.
 */
export function streamSequencer({ plan, schedule, deletion, hasWaits, emit }: SequenceOptions): Sequencer {
  const applies = plan.applyWaves.flat();
  const deletions = plan.pruneWaves.flat();
  const open = new Map<Actuated | "Wait", number>([
    ["Apply", applies.length],
    [deletion, deletions.length],
    ["Wait", hasWaits ? applies.length + deletions.length : 0],
  ]);
  const lanes: Lane[] = [];
  const tellGroup = (action: Actuated | "Wait"): void => {
    const left = (open.get(action) ?? 0) - 1;
    open.set(action, left);
    if (left === 0) emit({ type: "group", action, name: action.toLowerCase(), status: "Finished" });
  };
  const laneOf = (key: string): Lane => {
    const wave = schedule.waveOf(key);
    lanes[wave] ??= { queue: [], next: 0, results: new Map(), waits: [], settled: [] };
    return lanes[wave];
  };
  const finishedKeys = new Set<string>();
  const mayBeTold = (vertex: Vertex): boolean =>
    !hasWaits ||
    vertex.action === "delete" ||
    (plan.graph.needs.get(vertex.key) ?? []).every(
      edge => edge.to.action === "delete" || finishedKeys.has(edge.to.key),
    );
  const advance = (): void => {
    for (let moved = true; moved; ) {
      moved = false;
      for (const lane of lanes) if (lane !== undefined && advanceLane(lane)) moved = true;
    }
  };
  const advanceLane = (lane: Lane): boolean => {
    let moved = false;
    for (let vertex = lane.queue[lane.next]; vertex !== undefined; vertex = lane.queue[lane.next]) {
      const event = lane.results.get(vertex.key);
      if (event === undefined || !mayBeTold(vertex)) return moved;
      emit(event);
      lane.results.delete(vertex.key);
      lane.next++;
      moved = true;
      tellGroup(vertex.action === "apply" ? "Apply" : deletion);
    }
    for (const event of inOrder(lane.waits, schedule)) emit(event);
    lane.waits = [];
    for (const key of lane.settled) {
      moved = true;
      finishedKeys.add(key);
      if (hasWaits) tellGroup("Wait");
    }
    lane.settled = [];
    return moved;
  };
  return {
    groups() {
      const ids = (vertices: readonly Vertex[]) => vertices.map(vertex => vertex.id);
      const all: { action: Actuated | "Wait"; name: string; ids: Vertex["id"][] }[] = [];
      if (applies.length > 0) all.push({ action: "Apply", name: "apply", ids: ids(applies) });
      if (deletions.length > 0) {
        all.push({ action: deletion, name: deletion.toLowerCase(), ids: ids(deletions) });
      }
      if (hasWaits && all.length > 0) {
        all.push({ action: "Wait", name: "wait", ids: ids([...applies, ...deletions]) });
      }
      return all;
    },
    started(vertex) {
      laneOf(vertex.key).queue.push(vertex);
    },
    actuation(event) {
      laneOf(keyOf(event.id)).results.set(keyOf(event.id), event);
      advance();
    },
    wait(event) {
      laneOf(keyOf(event.id)).waits.push(event);
      advance();
    },
    settled(vertex) {
      laneOf(vertex.key).settled.push(vertex.key);
      advance();
    },
    flush() {
      for (const lane of lanes) {
        if (lane === undefined) continue;
        for (const vertex of lane.queue.slice(lane.next)) {
          const event = lane.results.get(vertex.key);
          if (event !== undefined) emit(event);
        }
        for (const event of inOrder(lane.waits, schedule)) emit(event);
        lane.waits = [];
      }
    },
  };
}

interface Lane {
  /** In the order in which they were started. */
  queue: Vertex[];
  next: number;
  results: Map<string, ActuationEvent>;
  waits: WaitEvent[];
  settled: string[];
}
