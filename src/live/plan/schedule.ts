import type { Vertex } from "./graph.ts";
import { keyOf } from "./identity.ts";
import type { Plan } from "./plan.ts";
import { referencesOf } from "./references.ts";

export interface ScheduleOptions {
  /** Waves one after another, as the release of kpt works, instead of each object as soon as it may. */
  barriers: boolean;
  /** Live state of objects to apply: what it refers to isn't pruned before the object has been replaced. */
  liveOf?: (key: string) => Vertex["object"] | undefined;
}

interface Step {
  vertex: Vertex;
  /** Position in the order of reports: waves of applies, then waves of deletions. */
  order: number;
  wave: number;
  blockers: number;
  isTaken: boolean;
  isActuated: boolean;
  isSettled: boolean;
}

/**
 * Who may start when. A step starts once everything it needs has settled; deletions come after every
 * object was sent, dependants first. Pure: the caller tells what has happened.
 */
export class Schedule {
  readonly #steps = new Map<string, Step>();
  readonly #waiting = new Map<string, Step[]>();
  /** How many steps of each wave haven't settled. */
  readonly #openInWave: number[] = [];
  readonly #barriers: boolean;
  readonly #deletions: Step[] = [];
  #ready: Step[] = [];
  #wave = 0;
  #openApplies = 0;
  #openSteps = 0;

  constructor(plan: Plan, { barriers, liveOf }: ScheduleOptions) {
    this.#barriers = barriers;
    let order = 0;
    for (const wave of [...plan.applyWaves, ...plan.pruneWaves]) {
      const index = this.#openInWave.push(wave.length) - 1;
      for (const vertex of wave) this.#add(vertex, order++, index);
    }
    for (const step of this.#steps.values()) {
      for (const { to } of plan.graph.needs.get(step.vertex.key) ?? []) {
        const other = this.#steps.get(to.key);
        if (other === undefined || other.vertex.action !== step.vertex.action) continue;
        if (step.vertex.action === "apply") this.#block(step, other);
        else this.#block(other, step);
      }
      if (step.vertex.action === "delete") this.#deletions.push(step);
    }
    if (liveOf !== undefined) this.#keepReferenced(liveOf);
    if (this.#openApplies > 0) for (const step of this.#deletions) step.blockers++;
    this.#ready = [...this.#steps.values()].filter(step => step.blockers === 0);
    this.#skipDoneWaves();
  }

  get isDone(): boolean {
    return this.#openSteps === 0;
  }

  /** Steps that may start now, in the order of reports; each is given out once. */
  take(): Vertex[] {
    const allowed = this.#barriers ? (step: Step) => step.wave <= this.#wave : () => true;
    const taken = this.#ready.filter(allowed).sort((a, b) => a.order - b.order);
    if (taken.length === 0) return [];
    this.#ready = this.#ready.filter(step => !allowed(step));
    for (const step of taken) step.isTaken = true;
    return taken.map(step => step.vertex);
  }

  /** It was sent (or was not, for good): deletions wait for that of every object to apply. */
  actuated(key: string): void {
    const step = this.#steps.get(key);
    if (step === undefined || step.isActuated) return;
    step.isActuated = true;
    if (step.vertex.action !== "apply") return;
    this.#openApplies--;
    if (this.#openApplies === 0) for (const deletion of this.#deletions) this.#unblock(deletion);
  }

  /** Nothing more will happen to it. */
  settled(key: string): void {
    this.actuated(key);
    const step = this.#steps.get(key);
    if (step === undefined || step.isSettled) return;
    step.isSettled = true;
    this.#openSteps--;
    this.#openInWave[step.wave] = (this.#openInWave[step.wave] ?? 1) - 1;
    for (const dependant of this.#waiting.get(key) ?? []) this.#unblock(dependant);
    this.#skipDoneWaves();
  }

  orderOf(key: string): number {
    return this.#steps.get(key)?.order ?? -1;
  }

  waveOf(key: string): number {
    return this.#steps.get(key)?.wave ?? -1;
  }

  #add(vertex: Vertex, order: number, wave: number): void {
    const step: Step = {
      vertex,
      order,
      wave,
      blockers: 0,
      isTaken: false,
      isActuated: false,
      isSettled: false,
    };
    this.#steps.set(vertex.key, step);
    this.#openSteps++;
    if (vertex.action === "apply") this.#openApplies++;
  }

  #block(step: Step, blocker: Step): void {
    step.blockers++;
    const waiting = this.#waiting.get(blocker.vertex.key) ?? [];
    waiting.push(step);
    this.#waiting.set(blocker.vertex.key, waiting);
  }

  #unblock(step: Step): void {
    step.blockers--;
    if (step.blockers === 0) this.#ready.push(step);
  }

  /** What an object's live version uses must outlive its replacement: a config map of running pods, say. */
  #keepReferenced(liveOf: (key: string) => Vertex["object"] | undefined): void {
    if (this.#deletions.length === 0) return;
    for (const step of this.#steps.values()) {
      if (step.vertex.action !== "apply") continue;
      const live = liveOf(step.vertex.key);
      if (live === undefined) continue;
      for (const id of referencesOf(live)) {
        const used = this.#steps.get(keyOf(id));
        if (used?.vertex.action === "delete") this.#block(used, step);
      }
    }
  }

  #skipDoneWaves(): void {
    while (this.#openInWave[this.#wave] === 0) this.#wave++;
  }
}
