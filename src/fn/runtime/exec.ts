import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { KptError } from "../../core/error.ts";
import { runProgram } from "../../host/run.ts";
import { splitCommand } from "../shell-words.ts";
import { answerOf, type Limits, type TextRuntime } from "./program.ts";

export interface ExecOptions {
  command: string;
  /** kpt's own working folder, not the package's. */
  cwd: string;
  /** The user allowed the program, so it gets the user's environment. */
  env: Readonly<Record<string, string | undefined>>;
  limits: Limits;
  signal?: AbortSignal;
}

/** A program on this machine as a function. Throws at once for a command that can't be split into words. */
export function execRuntime(options: ExecOptions): TextRuntime {
  const words = wordsOf(options.command);
  return {
    async run(input) {
      const [program, ...args] = words;
      if (program === undefined || program === "") throw failed("exec: no command");
      const { cwd, env, limits, signal } = options;
      const command = findProgram(program, cwd, env["PATH"] ?? "");
      const result = await runProgram({
        command,
        args,
        cwd,
        env,
        stdin: input,
        ...limits,
        ...(signal ? { signal } : {}),
      });
      return answerOf(result, limits);
    },
  };
}

function wordsOf(command: string): string[] {
  try {
    return splitCommand(command);
  } catch (error) {
    if (!(error instanceof KptError)) throw error;
    throw new KptError(error.code, error.message, { label: "Error", cause: error });
  }
}

/** As Go looks programs up, with Go's words when there is none. */
function findProgram(program: string, cwd: string, path: string): string {
  if (program.includes("/")) {
    const absolute = resolve(cwd, program);
    const problem = problemOf(absolute);
    if (problem !== undefined) throw failed(`fork/exec ${program}: ${problem}`);
    return absolute;
  }
  for (const folder of path.split(delimiter)) {
    const candidate = join(isAbsolute(folder) ? folder : resolve(cwd, folder), program);
    if (problemOf(candidate) === undefined) return candidate;
  }
  throw failed(`exec: ${JSON.stringify(program)}: executable file not found in $PATH`);
}

function problemOf(path: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return "no such file or directory";
  if (status.isDirectory()) return "permission denied";
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return "permission denied";
  }
  return undefined;
}

function failed(reason: string): KptError {
  return new KptError("FUNCTION_RUNTIME", `unexpected function error: ${reason}`, { label: "Error" });
}
