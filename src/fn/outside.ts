import { KptError } from "../core/error.ts";
import { ContainerEngine, engineFrom } from "../host/container-engine.ts";
import { Registry } from "../host/registry.ts";
import type { HostOptions } from "./host.ts";
import { containerRuntime } from "./runtime/container.ts";
import { execRuntime } from "./runtime/exec.ts";
import type { Limits, TextRuntime } from "./runtime/program.ts";
import { wasmRuntime } from "./runtime/wasm.ts";
import type { TagSource } from "./tag.ts";

/**
 * Functions outside of this process. Loaded where a pipeline has one: many have none, and programs, threads and
 * registries are half of what a small render would load.
 */
export class Outside {
  readonly #options: HostOptions;
  readonly #limits: Limits;
  readonly #signal: { signal?: AbortSignal };
  #known: ContainerEngine | undefined;

  constructor(options: HostOptions, limits: Limits) {
    this.#options = options;
    this.#limits = limits;
    this.#signal = options.signal === undefined ? {} : { signal: options.signal };
  }

  /** A program, or where wasm is allowed a module, on this machine. */
  program(command: string): TextRuntime {
    const { allowWasm, cwd, env } = this.#options;
    const common = { cwd, limits: this.#limits, ...this.#signal };
    return allowWasm ? wasmRuntime({ file: command, ...common }) : execRuntime({ command, env, ...common });
  }

  /** An image: a container, or where wasm is allowed a module. */
  image(image: string): TextRuntime {
    const { allowWasm, cwd, env } = this.#options;
    if (!allowWasm) return { run: input => this.#container(image).run(input) };
    return wasmRuntime({
      fetch: async () => {
        const { fetchWasm } = await import("./runtime/wasm-image.ts");
        return fetchWasm(image, { env, ...this.#signal });
      },
      cwd,
      limits: this.#limits,
      ...this.#signal,
    });
  }

  #container(image: string): TextRuntime {
    const { pullPolicy, allowNetwork, user, mounts, containerEnv } = this.#options;
    return containerRuntime({
      image,
      engine: this.#engine(),
      pullPolicy,
      allowNetwork,
      limits: this.#limits,
      ...(user ? { user } : {}),
      ...(mounts ? { mounts } : {}),
      ...(containerEnv ? { env: containerEnv } : {}),
    });
  }

  /** The container engine of this machine; throws for a name that is none. */
  #engine(): ContainerEngine {
    const { env, cwd } = this.#options;
    this.#known ??= new ContainerEngine({ name: engineFrom(env), env, cwd, ...this.#signal });
    return this.#known;
  }

  /** Where tags of images are looked up: on this machine, then in the registry. What can't be asked knows none. */
  get tags(): TagSource[] {
    const { env } = this.#options;
    return [
      repository => tagsOrNone(async () => this.#engine().tags(repository)),
      repository => tagsOrNone(() => new Registry({ env, ...this.#signal }).tags(repository)),
    ];
  }
}

async function tagsOrNone(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof KptError && error.code === "ABORTED") throw error;
    return [];
  }
}
