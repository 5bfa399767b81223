import { isUtf8 } from "node:buffer";
import { KptError } from "../../core/error.ts";
import type { ProgramResult } from "../../host/run.ts";

/** A function outside of this process: text in, text out. */
export interface TextRuntime {
  run(input: string): Promise<TextAnswer>;
}

export interface TextAnswer {
  stdout: string;
  stderr: string;
  /** -1 when a signal ended it. */
  exitCode: number;
}

/** What an external function may use up. Go kpt's five minutes; the rest keeps a broken function from taking kpt with it. */
export interface Limits {
  timeoutMs: number;
  maxOutputBytes: number;
  maxStderrBytes: number;
}

export const defaultLimits: Limits = {
  timeoutMs: 5 * 60_000,
  maxOutputBytes: 2 ** 28,
  maxStderrBytes: 2 ** 18,
};

/** Turns the end of a program into an answer. Throws for output that is too long or no text. */
export function answerOf(result: ProgramResult, limits: Limits): TextAnswer {
  if (result.outputExceeded) {
    throw new KptError(
      "FUNCTION_FAILED",
      `function output exceeds the limit of ${Math.floor(limits.maxOutputBytes / 2 ** 20)} MiB`,
      { label: "Error" },
    );
  }
  let stderr = result.stderr.toString("utf8");
  if (result.stderrTruncated)
    stderr += `\n… (the rest is left out: more than ${limits.maxStderrBytes} bytes)`;
  if (result.timedOut)
    stderr += `${stderr === "" || stderr.endsWith("\n") ? "" : "\n"}stopped after ${limits.timeoutMs / 1000} s\n`;
  const exitCode = result.timedOut ? -1 : (result.exitCode ?? -1);
  if (exitCode === 0 && !isUtf8(result.stdout)) {
    throw new KptError("FUNCTION_FAILED", "MalformedYAMLError: the output is not valid UTF-8", {
      label: "Error",
    });
  }
  return { stdout: result.stdout.toString("utf8"), stderr, exitCode };
}
