import { spawn } from "node:child_process";
import { constants } from "node:os";
import { KptError } from "../core/error.ts";
import { errnoOf, reasonOf } from "./io-error.ts";

export interface ForegroundOptions {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

/** Time between the polite and the final signal. */
const graceMs = 2000;

/**
 * Runs a program on the terminal of this one: it reads our input and writes to our outputs. Gives its exit
 * code, or 128 and the number of the signal that ended it. A Ctrl-C at the terminal reaches it directly;
 * when our signal fires for another reason it is told to end, and has ended when this returns.
 */
export async function runForeground({ command, args, cwd, env, signal }: ForegroundOptions): Promise<number> {
  signal.throwIfAborted();
  const child = spawn(command, [...args], { cwd, env: { ...env }, stdio: "inherit" });
  return await new Promise((resolve, reject) => {
    let killTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      child.kill("SIGTERM");
      killTimer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    };
    const settle = (): void => {
      clearTimeout(killTimer);
      signal.removeEventListener("abort", onAbort);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    child.on("error", error => {
      settle();
      const code = errnoOf(error) === "ENOENT" ? "NOT_FOUND" : "PROGRAM_FAILED";
      reject(
        new KptError(code, `can't run ${JSON.stringify(command)}: ${reasonOf(error)}`, { cause: error }),
      );
    });
    child.on("close", (code, killedBy) => {
      settle();
      resolve(code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy]));
    });
  });
}
