import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { KptError } from "../../core/error.ts";
import { reasonOf } from "../../host/io-error.ts";
import { goBridge } from "./go-js.ts";
import { goWorld } from "./go-world.ts";
import { answerOf, type Limits, type TextAnswer, type TextRuntime } from "./program.ts";
import { wasiImports } from "./wasi.ts";
import { runModule, type WasmJob, type WasmOutcome } from "./wasm-worker.ts";

export interface WasmOptions {
  /** Path of a local module. */
  file?: string;
  /** Fetches a module from a registry. */
  fetch?: () => Promise<Uint8Array>;
  cwd: string;
  limits: Limits;
  signal?: AbortSignal;
}

const maxModuleBytes = 2 ** 28;
/** Of 64 KiB: a module that asks for more than 1 GiB is told that there is none. */
const maxMemoryPages = 2 ** 14;

/**
 * A WebAssembly module as a function: WASI programs, and Go programs built for `GOOS=js` as kpt knows them. The wall is
 * WebAssembly itself with imports that offer nothing; the worker is there so that a loop can be ended.
 */
export function wasmRuntime(options: WasmOptions): TextRuntime {
  return {
    async run(input) {
      const module = await load(options);
      const { maxOutputBytes, maxStderrBytes } = options.limits;
      return inWorker({ module, input, maxOutputBytes, maxStderrBytes }, options);
    },
  };
}

async function load({ file, fetch, cwd }: WasmOptions): Promise<Uint8Array> {
  if (fetch !== undefined) return fetch();
  const path = resolve(cwd, file ?? "");
  try {
    const status = statSync(path);
    if (!status.isFile() || status.size > maxModuleBytes) throw failed(`${file}: not a wasm module`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof KptError) throw error;
    throw failed(`open ${file}: ${reasonOf(error)}`);
  }
}

/** The worker's program is the text of functions that need nothing but each other. */
function workerSource(): string {
  return `"use strict";
const { parentPort, workerData } = require("node:worker_threads");
${wasiImports.toString()}
${goWorld.toString()}
${goBridge.toString()}
${runModule.toString()}
parentPort.postMessage(${runModule.name}(workerData, ${wasiImports.name}, ${goBridge.name}, ${goWorld.name}));
`;
}

async function inWorker(job: WasmJob, { limits, signal }: WasmOptions): Promise<TextAnswer> {
  setFlagsFromString(`--wasm-max-mem-pages=${maxMemoryPages}`);
  const worker = new Worker(workerSource(), {
    eval: true,
    workerData: job,
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  let timedOut = false;
  const started = performance.now();
  const outcome = await new Promise<WasmOutcome | undefined>((settle, reject) => {
    const stop = () => void worker.terminate();
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, limits.timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    let answer: WasmOutcome | undefined;
    worker.on("message", (message: WasmOutcome) => {
      answer = message;
    });
    worker.on("error", error => {
      answer = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    });
    worker.on("exit", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted)
        reject(signal.reason instanceof KptError ? signal.reason : new KptError("ABORTED", "interrupted"));
      else settle(answer);
    });
  });
  if (outcome?.kind === "failed") throw failed(outcome.message);
  const isDone = outcome?.kind === "done" && !timedOut;
  return answerOf(
    {
      exitCode: isDone ? outcome.exitCode : undefined,
      signal: undefined,
      stdout: Buffer.from(isDone ? outcome.stdout : []),
      stderr: Buffer.from(isDone ? outcome.stderr : []),
      timedOut,
      outputExceeded: outcome?.kind === "too-long",
      stderrTruncated: isDone && outcome.stderrTruncated,
      durationMs: performance.now() - started,
    },
    limits,
  );
}

function failed(message: string): KptError {
  return new KptError("FUNCTION_RUNTIME", message, { label: "Error" });
}
