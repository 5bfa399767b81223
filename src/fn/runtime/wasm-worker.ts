import type { goBridge } from "./go-js.ts";
import type { goWorld } from "./go-world.ts";
import type { wasiImports } from "./wasi.ts";

export interface WasmJob {
  module: Uint8Array;
  input: string;
  maxOutputBytes: number;
  maxStderrBytes: number;
}

export type WasmOutcome =
  | { kind: "done"; stdout: Uint8Array; stderr: Uint8Array; stderrTruncated: boolean; exitCode: number }
  | { kind: "too-long" }
  | { kind: "failed"; message: string };

/**
 * Runs one module to its end. The module sees nothing but what `wasi` or `go` offer.
 *
 * Runs in a worker that is made from this function's source text: it must not refer to anything outside of itself.
 */
export function runModule(
  job: WasmJob,
  wasi: typeof wasiImports,
  go: typeof goBridge,
  world: typeof goWorld,
): WasmOutcome {
  class Exit extends Error {
    readonly code: number;
    constructor(code: number) {
      super("exit");
      this.code = code;
    }
  }
  class TooLong extends Error {}
  const kept: { 1: Uint8Array[]; 2: Uint8Array[] } = { 1: [], 2: [] };
  const sizes = { 1: 0, 2: 0 };
  let stderrTruncated = false;
  const write = (fd: 1 | 2, bytes: Uint8Array): void => {
    sizes[fd] += bytes.length;
    if (fd === 1 && sizes[1] > job.maxOutputBytes) throw new TooLong();
    if (fd === 2 && sizes[2] > job.maxStderrBytes) stderrTruncated = true;
    else kept[fd].push(bytes);
  };
  const joined = (parts: Uint8Array[]): Uint8Array => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const done = (exitCode: number): WasmOutcome => ({
    kind: "done",
    stdout: joined(kept[1]),
    stderr: joined(kept[2]),
    stderrTruncated,
    exitCode,
  });

  const runWasi = (module: WebAssembly.Module): WasmOutcome => {
    const imports = wasi({ stdin: new TextEncoder().encode(job.input), write }, code => {
      throw new Exit(code);
    });
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports.functions });
    const { memory, _start } = instance.exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof _start !== "function") {
      return { kind: "failed", message: "the module has no `memory` or no `_start`" };
    }
    imports.attach(memory);
    try {
      _start();
    } catch (error) {
      if (error instanceof Exit) return done(error.code);
      throw error;
    }
    return done(0);
  };

  const runGo = (module: WebAssembly.Module): WasmOutcome => {
    const bridge = go(write, world);
    const instance = new WebAssembly.Instance(module, { gojs: bridge.functions, go: bridge.functions });
    bridge.start(instance);
    if (bridge.exitCode !== undefined) return done(bridge.exitCode);
    if (!bridge.has("processResourceList")) {
      return { kind: "failed", message: "the module defines no function `processResourceList`" };
    }
    const output = bridge.call("processResourceList", job.input);
    if (bridge.exitCode !== undefined) return done(bridge.exitCode);
    const text = typeof output === "string" ? output : "";
    if (/^kind: *ResourceList *$/m.test(text)) {
      write(1, new TextEncoder().encode(text));
      return done(0);
    }
    const more = bridge.has("processResourceListErrors")
      ? bridge.call("processResourceListErrors", job.input)
      : "";
    const said = `invalid resource list output from wasm library; got ${JSON.stringify(text.slice(0, 2000))}`;
    return { kind: "failed", message: typeof more === "string" && more !== "" ? `${said}\n${more}` : said };
  };

  try {
    const module = new WebAssembly.Module(new Uint8Array(job.module));
    const wanted = WebAssembly.Module.imports(module).map(each => each.module);
    return wanted.includes("gojs") || wanted.includes("go") ? runGo(module) : runWasi(module);
  } catch (error) {
    if (error instanceof TooLong) return { kind: "too-long" };
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}
