import { type ChildProcess, spawn } from "node:child_process";
import { KptError, messageOf } from "../core/error.ts";

export interface ProgramOptions {
  command: string;
  args: readonly string[];
  /** The name under which the program sees itself started, when it isn't the command. */
  argv0?: string;
  cwd: string;
  /** The whole environment of the child: nothing is added to it. */
  env: Readonly<Record<string, string | undefined>>;
  stdin?: string | Uint8Array;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** A program that writes more than this to stdout is stopped. 1 GiB unless said otherwise. */
  maxOutputBytes?: number;
  /** What exceeds this on stderr is read and dropped. 16 MiB unless said otherwise. */
  maxStderrBytes?: number;
  /** Takes stdout as it comes; `stdout` of the result stays empty then. If it throws, the program is stopped. */
  onStdout?: (chunk: Buffer) => void;
  /** Sees stderr as it comes; it is collected all the same. */
  onStderr?: (chunk: Buffer) => void;
  /** Whether processes that the program leaves behind live on (a credential daemon of git). */
  sparesBackground?: boolean;
  /** Reads our own input, in our process group: a program that asks the user something at the terminal. */
  isOnTerminal?: boolean;
}

export interface ProgramResult {
  /** Undefined when a signal ended the program. */
  exitCode: number | undefined;
  signal: NodeJS.Signals | undefined;
  stdout: Buffer;
  stderr: Buffer;
  timedOut: boolean;
  /** Stopped because stdout exceeded its limit. */
  outputExceeded: boolean;
  stderrTruncated: boolean;
  durationMs: number;
}

/** Time between the polite and the final signal. */
const graceMs = 2000;
/** How long output may stay silent after the program has ended while somebody still holds its pipes. */
const drainMs = 300;
/** How long such a holder may go on writing after the program has ended. */
const lateOutputMs = 3000;

/**
 * Runs a program in a process group of its own and waits for its end. An exit code other than 0 is a
 * result, not an error. Throws NOT_FOUND or PROGRAM_FAILED when it can't be started, ABORTED when the
 * signal fires; in both cases nothing of it is left running.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramResult> {
  const { signal } = options;
  if (signal?.aborted) throw aborted();
  const started = performance.now();
  const child = start(options);
  const stdout = new Collector(options.maxOutputBytes ?? 2 ** 30);
  const stderr = new Collector(options.maxStderrBytes ?? 2 ** 24);
  let timedOut = false;
  let wasAborted = false;
  let failure: { error: unknown } | undefined;
  let lastActivity = started;

  return await new Promise((resolve, reject) => {
    let killTimer: NodeJS.Timeout | undefined;
    let drainTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      killGroup(child, "SIGTERM");
      killTimer ??= setTimeout(() => killGroup(child, "SIGKILL"), graceMs);
    };
    const onAbort = (): void => {
      wasAborted = true;
      stop();
    };
    const timeout =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            stop();
          }, options.timeoutMs);
    const settle = (): void => {
      clearTimeout(timeout);
      clearTimeout(killTimer);
      clearTimeout(drainTimer);
      signal?.removeEventListener("abort", onAbort);
      unguard(child);
    };
    guard(child);
    signal?.addEventListener("abort", onAbort, { once: true });

    child.stdout?.on("data", (chunk: Buffer) => {
      lastActivity = performance.now();
      if (!stdout.count(chunk)) return stop();
      if (!options.onStdout) return stdout.keep(chunk);
      try {
        options.onStdout(chunk);
      } catch (error) {
        failure ??= { error };
        stop();
      }
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      lastActivity = performance.now();
      if (stderr.count(chunk)) stderr.keep(chunk);
      options.onStderr?.(chunk);
    });
    child.on("error", error => {
      settle();
      reject(notStarted(options, error));
    });
    child.on("exit", () => {
      // Whatever the program leaves behind would keep its pipes, and with them us, open for ever.
      if (wasAborted || timedOut || options.sparesBackground !== true) killGroup(child, "SIGKILL");
      const ended = performance.now();
      const drain = (): void => {
        const silentFor = performance.now() - lastActivity;
        if (silentFor >= drainMs || performance.now() - ended >= lateOutputMs) {
          child.stdout?.destroy();
          child.stderr?.destroy();
        } else {
          drainTimer = setTimeout(drain, drainMs - silentFor + 1);
        }
      };
      lastActivity = ended;
      drainTimer = setTimeout(drain, drainMs);
    });
    child.on("close", (code, killedBy) => {
      settle();
      if (failure) return reject(failure.error);
      if (wasAborted) return reject(aborted());
      resolve({
        exitCode: code ?? undefined,
        signal: killedBy ?? undefined,
        stdout: stdout.bytes(),
        stderr: stderr.bytes(),
        timedOut,
        outputExceeded: stdout.exceeded,
        stderrTruncated: stderr.exceeded,
        durationMs: performance.now() - started,
      });
    });

    // A program may end without reading its input: that is its right.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.stdin ?? "");
  });
}

function start(options: ProgramOptions): ChildProcess {
  try {
    return spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: { ...options.env },
      ...(options.argv0 === undefined ? {} : { argv0: options.argv0 }),
      stdio: [options.isOnTerminal === true ? "inherit" : "pipe", "pipe", "pipe"],
      detached: options.isOnTerminal !== true && process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    throw notStarted(options, error);
  }
}

/** Programs that must not outlive this process, should it end before them (a second Ctrl-C). */
const guarded = new Set<ChildProcess>();

function guard(child: ChildProcess): void {
  if (guarded.size === 0) process.on("exit", killGuarded);
  guarded.add(child);
}

function unguard(child: ChildProcess): void {
  guarded.delete(child);
  if (guarded.size === 0) process.off("exit", killGuarded);
}

function killGuarded(): void {
  for (const child of guarded) killGroup(child, "SIGKILL");
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It is gone already, or leads no group.
    child.kill(signal);
  }
}

function notStarted(options: ProgramOptions, error: unknown): KptError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") {
    return new KptError("NOT_FOUND", `program "${options.command}" not found`, { cause: error });
  }
  return new KptError("PROGRAM_FAILED", `cannot run "${options.command}": ${messageOf(error)}`, {
    cause: error,
  });
}

function aborted(): KptError {
  return new KptError("ABORTED", "interrupted");
}

class Collector {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #total = 0;
  exceeded = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False once the limit is exceeded. */
  count(chunk: Buffer): boolean {
    this.#total += chunk.length;
    if (this.#total > this.#limit) this.exceeded = true;
    return !this.exceeded;
  }

  keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
  }
}
