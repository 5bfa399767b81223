/** Time as the sandbox sees it; tests put their own in its place. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after so many milliseconds; the answer takes it back. A background timer keeps no process alive. */
  after(milliseconds: number, callback: () => void, background?: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback, background = false) {
    const timer = setTimeout(callback, milliseconds);
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to move: every timer then fires in its order. */
export class ManualClock implements Clock {
  #now: number;
  #sequence = 0;
  #timers = new Map<number, { at: number; callback: () => void }>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const id = ++this.#sequence;
    this.#timers.set(id, { at: this.#now + Math.max(0, milliseconds), callback });
    return () => this.#timers.delete(id);
  }

  /** Moves on, running what falls due on the way, timers that are set on the way included. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#next(end);
      if (next === undefined) break;
      this.#timers.delete(next.id);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number): { id: number; at: number; callback: () => void } | undefined {
    let best: { id: number; at: number; callback: () => void } | undefined;
    for (const [id, timer] of this.#timers) {
      if (timer.at <= end && (best === undefined || timer.at < best.at)) best = { id, ...timer };
    }
    return best;
  }
}

/** RFC 3339 to the second, as metav1.Time prints. */
export function timestamp(clock: Clock): string {
  const second = Math.floor(clock.now() / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastStamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return lastStamp;
}

let lastSecond = Number.NaN;
let lastStamp = "";

/** RFC 3339 with six digits, as metav1.MicroTime prints. */
export function microTimestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 23)}000Z`;
}
