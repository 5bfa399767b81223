import { MalformedAnswer } from "./answer.ts";
import type { Clock } from "./clock.ts";
import { ConnectionLost, NotConnected } from "./connection-error.ts";
import { StatusError } from "./status-error.ts";

const maxWaitMs = 5_000;

export interface RetryOptions {
  clock: Clock;
  signal: AbortSignal | undefined;
  /** Whether doing it twice is as good as once; otherwise only refusals that come before any work are retried. */
  isRepeatable: boolean;
  /** Whether the server was ever reached: if not, a refused connection is told at once. */
  wasReached: () => boolean;
  /** Whether it ever finished an answer: one that never has is not waited for again and again. */
  hasAnswered: () => boolean;
}

/** Does it again while the server is busy, away for a moment, or the answer was lost. */
export async function withRetries<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (options.signal?.aborted || attempt >= attemptsFor(thrown, options)) throw thrown;
      const asked = thrown instanceof StatusError ? thrown.retryAfterMs : undefined;
      const wait = asked ?? Math.min(maxWaitMs, 50 * 2 ** attempt);
      await options.clock.sleep(wait, options.signal);
      if (options.signal?.aborted) throw thrown;
    }
  }
}

/** How many attempts an error deserves. */
function attemptsFor(thrown: unknown, { isRepeatable, wasReached, hasAnswered }: RetryOptions): number {
  if (thrown instanceof StatusError) {
    if (thrown.status === 429) return 12;
    if (!isRepeatable) return 1;
    if (thrown.status === 503 || thrown.status === 502 || thrown.status === 504) return 9;
    // A broken webhook answers with 500 every time; a server in trouble once in a while.
    if (thrown.status === 500) return /webhook/.test(thrown.serverText) ? 4 : 9;
    return 1;
  }
  if (thrown instanceof NotConnected) return wasReached() ? 9 : 1;
  if (thrown instanceof ConnectionLost) {
    if (!isRepeatable) return 1;
    if (thrown.isTimeout) return hasAnswered() ? 3 : 1;
    return wasReached() ? 9 : 3;
  }
  if (thrown instanceof MalformedAnswer) return isRepeatable && hasAnswered() ? 4 : 1;
  return 1;
}

/** Whether the server may have acted although no good answer came back. */
export function isFateUnknown(thrown: unknown): boolean {
  if (thrown instanceof ConnectionLost || thrown instanceof MalformedAnswer) return true;
  return thrown instanceof StatusError && (thrown.status >= 500 || thrown.status === 0);
}
