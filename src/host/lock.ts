import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { KptError } from "../core/error.ts";

/** A holder that is alive shows it by touching the file; one that doesn't for so long is dead. */
const staleMs = 60_000;
const heartbeatMs = 10_000;
const pollMs = 25;

const waiting = new Map<string, Promise<unknown>>();

/**
 * Does `work` while no other process, and nobody else in this one, holds the lock file.
 * A lock whose holder has died is taken over.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { signal?: AbortSignal } = {},
): Promise<T> {
  const before = waiting.get(file) ?? Promise.resolve();
  const turn = before.then(() => locked(file, work, options.signal));
  const settled = turn.catch(() => {});
  waiting.set(file, settled);
  try {
    return await turn;
  } finally {
    if (waiting.get(file) === settled) waiting.delete(file);
  }
}

async function locked<T>(file: string, work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  while (!take(file)) {
    if (isStale(file)) breakLock(file);
    else await pause(pollMs, signal);
  }
  const heartbeat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // somebody cleaned the cache away; the work ends by itself
    }
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  let handle: number;
  try {
    handle = openSync(file, "wx", 0o600);
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
  try {
    writeSync(handle, `${process.pid} ${hostname()}\n`);
  } finally {
    closeSync(handle);
  }
  return true;
}

function isStale(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > staleMs) return true;
    const [pid, host] = readFileSync(file, "utf8").trim().split(" ");
    if (host !== hostname() || !pid) return false;
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return isCode(error, "ESRCH");
  }
}

/** Removes a stale lock; a second lock keeps two waiters from removing each other's fresh one. */
function breakLock(file: string): void {
  const guard = `${file}.break`;
  if (!take(guard)) {
    if (isStale(guard)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new KptError("ABORTED", "interrupted"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
