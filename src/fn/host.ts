import { KptError } from "../core/error.ts";
import { type CatalogFunction, loadDoc, loadFunction } from "../functions/index.ts";
import { ContainerEngine, engineFrom } from "../host/container-engine.ts";
import { generatePackageContext } from "./builtins/gen-pkg-context.ts";
import { catalogName, type PullPolicy, parseImage, withDefaultTag, withPrefix } from "./image.ts";
import type { FunctionRun } from "./results.ts";
import { builtinRuntime } from "./runtime/builtin.ts";
import { containerRuntime } from "./runtime/container.ts";
import { execRuntime } from "./runtime/exec.ts";
import { defaultLimits, type Limits } from "./runtime/program.ts";
import { wasmRuntime } from "./runtime/wasm.ts";
import type { FunctionRuntime } from "./step.ts";
import { resolveTag, type TagSource } from "./tag.ts";

export const runtimeChoices = ["auto", "builtin", "container"] as const;
export type RuntimeChoice = (typeof runtimeChoices)[number];

/** The flag decides, then the environment. */
export function runtimeChoiceOf(flag: string, fromEnvironment: string | undefined): RuntimeChoice {
  const wanted = flag === "" ? (fromEnvironment ?? "") : flag;
  if (wanted === "") return "auto";
  const found = runtimeChoices.find(choice => choice === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new KptError(
    "USAGE",
    `unknown function runtime ${JSON.stringify(wanted)}: must be one of: ${runtimeChoices.join(", ")}`,
  );
}

/** What the user allows functions to be and to do. */
export interface HostOptions {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
  imagePrefix: string;
  pullPolicy: PullPolicy;
  runtime: RuntimeChoice;
  allowExec: boolean;
  allowNetwork: boolean;
  allowWasm: boolean;
  /** For containers of `eval`. */
  user?: string;
  mounts?: readonly string[];
  containerEnv?: readonly string[];
  limits?: Partial<Limits>;
  warn: (message: string) => void;
  /** Makes built-in functions try on copies first, so that a failing one leaves everything as it was. */
  rehearses?: boolean;
}

export interface FunctionSource {
  name?: string;
  image?: string;
  exec?: string;
  tag?: string;
}

/** A function that is found and allowed, ready to be called. */
export interface ReadyFunction {
  /** The image with everything filled in, or the command as written. */
  label: string;
  identity: Pick<FunctionRun, "name" | "image" | "exec">;
  runtime: FunctionRuntime;
}

/** Finds functions by what a pipeline or a command line calls them. One engine, asked once, serves them all. */
export class FunctionHost {
  readonly #options: HostOptions;
  readonly #limits: Limits;
  #engine: ContainerEngine | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
  }

  /** Throws for what is not allowed or can't be found out. `latest` fills in a missing tag. */
  async ready(source: FunctionSource, { latest }: { latest: boolean }): Promise<ReadyFunction> {
    return source.image === undefined ? this.#program(source) : this.#image(source, source.image, latest);
  }

  async #program(source: FunctionSource): Promise<ReadyFunction> {
    const { allowExec, allowWasm, cwd, env, signal } = this.#options;
    const command = source.exec ?? "";
    if (!allowExec) {
      throw new KptError(
        "FUNCTION_RUNTIME",
        "must run with `--allow-exec` option to allow running function binaries",
        { label: "Error" },
      );
    }
    const common = { limits: this.#limits, ...(signal ? { signal } : {}) };
    const runtime = allowWasm
      ? wasmRuntime({ file: command, cwd, ...common })
      : execRuntime({ command, cwd, env, ...common });
    return {
      label: command,
      identity: identityOf(source, { exec: command }),
      runtime: { kind: "text", ...runtime },
    };
  }

  async #image(source: FunctionSource, declared: string, latest: boolean): Promise<ReadyFunction> {
    const { allowWasm, imagePrefix, runtime, rehearses } = this.#options;
    if (/^builtins\/gen-pkg-context(?::[\w.-]+)?$/.test(declared)) {
      return this.#builtin(source, declared, generatePackageContext);
    }
    const prefixed = withPrefix(declared, imagePrefix);
    const name = runtime === "container" || allowWasm ? undefined : catalogName(prefixed);
    const builtin = name === undefined ? undefined : await loadFunction(name);
    const image = await this.#resolve(prefixed, source.tag, latest, builtin === undefined ? undefined : name);
    if (builtin !== undefined) return this.#builtin(source, image, builtin, rehearses);
    if (runtime === "builtin") {
      throw new KptError(
        "FUNCTION_RUNTIME",
        `no built-in function stands for image ${JSON.stringify(image)}`,
        {
          label: "Error",
          hint: "run with --fn-runtime=auto to let a container engine run it",
        },
      );
    }
    const identity = identityOf(source, { image });
    if (allowWasm) return { label: image, identity, runtime: { kind: "text", ...this.#wasmImage(image) } };
    return { label: image, identity, runtime: { kind: "text", ...this.#container(image) } };
  }

  #builtin(source: FunctionSource, image: string, fn: CatalogFunction, rehearses = false): ReadyFunction {
    const runtime = builtinRuntime(fn, parseImage(image)?.tag ?? "latest", rehearses);
    return { label: image, identity: identityOf(source, { image }), runtime };
  }

  #wasmImage(image: string) {
    const { cwd, env, signal } = this.#options;
    return wasmRuntime({
      fetch: async () => {
        const { fetchWasm } = await import("./runtime/wasm-image.ts");
        return fetchWasm(image, { env, ...(signal ? { signal } : {}) });
      },
      cwd,
      limits: this.#limits,
      ...(signal ? { signal } : {}),
    });
  }

  #container(image: string) {
    const { pullPolicy, allowNetwork, user, mounts, containerEnv } = this.#options;
    return {
      run: (input: string) =>
        containerRuntime({
          image,
          engine: this.engine(),
          pullPolicy,
          allowNetwork,
          limits: this.#limits,
          ...(user ? { user } : {}),
          ...(mounts ? { mounts } : {}),
          ...(containerEnv ? { env: containerEnv } : {}),
        }).run(input),
    };
  }

  /** The container engine of this machine; throws for a name that is none. */
  engine(): ContainerEngine {
    const { env, cwd, signal } = this.#options;
    this.#engine ??= new ContainerEngine({
      name: engineFrom(env),
      env,
      cwd,
      ...(signal ? { signal } : {}),
    });
    return this.#engine;
  }

  async #resolve(
    image: string,
    tag: string | undefined,
    latest: boolean,
    builtin: string | undefined,
  ): Promise<string> {
    if (tag === undefined || tag === "") return latest ? withDefaultTag(image) : image;
    const sources: TagSource[] =
      builtin !== undefined
        ? [async () => (await loadDoc(builtin))?.tags ?? []]
        : [repository => this.#localTags(repository), repository => this.#remoteTags(repository)];
    return resolveTag(image, tag, sources, this.#options.warn);
  }

  async #localTags(repository: string): Promise<readonly string[]> {
    try {
      return await this.engine().tags(repository);
    } catch (error) {
      if (error instanceof KptError && error.code === "ABORTED") throw error;
      return [];
    }
  }

  async #remoteTags(repository: string): Promise<readonly string[]> {
    const { env, signal } = this.#options;
    const { Registry } = await import("../host/registry.ts");
    try {
      return await new Registry({ env, ...(signal ? { signal } : {}) }).tags(repository);
    } catch (error) {
      if (error instanceof KptError && error.code === "ABORTED") throw error;
      return [];
    }
  }
}

function identityOf(
  source: FunctionSource,
  what: { image: string } | { exec: string },
): ReadyFunction["identity"] {
  return { ...(source.name ? { name: source.name } : {}), ...what };
}
