import { KptError } from "../core/error.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { main } from "./main.ts";
import { outputTo } from "./terminal/output.ts";

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangUp,
} as const;

/** Starts the program as a process: the only place that knows `process` as a whole. */
async function start(): Promise<void> {
  const stop = new AbortController();
  /** The exit code that the outside world asked for, once it did. */
  let ended: number | undefined;
  const end = (exitCode: number, message: string): void => {
    ended ??= exitCode;
    stop.abort(new KptError("ABORTED", message, { exitCode }));
  };
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      if (ended !== undefined) process.exit(ended);
      end(code, "interrupted");
    });
  }
  const onClosed = (): void => end(exitCodes.brokenPipe, "");
  const stdout = outputTo(1, { env: process.env, onClosed, stream: () => process.stdout });
  const stderr = outputTo(2, { env: process.env, onClosed: () => {}, stream: () => process.stderr });
  const context: Context = {
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    env: process.env,
    cwd: workingFolder(),
    signal: stop.signal,
    now: () => new Date(),
  };
  const code = await main(process.argv.slice(2), context);
  await stdout.flush();
  await stderr.flush();
  // A command that was told to stop and yet reports success (a server that was meant to run until then) has it;
  // one whose output got lost has not.
  process.exit(code === exitCodes.ok && ended !== exitCodes.brokenPipe ? code : (ended ?? code));
}

/** A shell may stand in a folder that is gone: the last known name of it then, where nothing can be found. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return process.env["PWD"] || "/";
  }
}

void start();
