import { KptError } from "../../core/error.ts";
import type { Limits, TextRuntime } from "./program.ts";

export interface WasmOptions {
  /** Path of a local module, or `image`: a reference to one in a registry. */
  file?: string;
  image?: string;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  limits: Limits;
  signal?: AbortSignal;
}

/** A WebAssembly module as a function. */
export function wasmRuntime(_options: WasmOptions): TextRuntime {
  return {
    async run() {
      throw new KptError("FUNCTION_RUNTIME", "wasm functions are not supported", { label: "Error" });
    },
  };
}
