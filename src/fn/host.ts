import { KptError } from "../core/error.ts";
import { type CatalogFunction, loadDoc, loadFunction } from "../functions/index.ts";
import { generatePackageContext } from "./builtins/gen-pkg-context.ts";
import { catalogName, type PullPolicy, parseImage, withDefaultTag, withPrefix } from "./image.ts";
import type { Outside } from "./outside.ts";
import type { FunctionRun } from "./results.ts";
import { builtinRuntime } from "./runtime/builtin.ts";
import { defaultLimits, type Limits } from "./runtime/program.ts";
import type { FunctionRuntime } from "./step.ts";
import { resolveTag } from "./tag.ts";

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
  #loaded: Promise<Outside> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  #outside(): Promise<Outside> {
    const options = this.#options;
    this.#loaded ??= import("./outside.ts").then(
      ({ Outside }) => new Outside(options, { ...defaultLimits, ...options.limits }),
    );
    return this.#loaded;
  }

  /** Throws for what is not allowed or can't be found out. `latest` fills in a missing tag. */
  async ready(source: FunctionSource, { latest }: { latest: boolean }): Promise<ReadyFunction> {
    return source.image === undefined ? this.#program(source) : this.#image(source, source.image, latest);
  }

  async #program(source: FunctionSource): Promise<ReadyFunction> {
    const command = source.exec ?? "";
    if (!this.#options.allowExec) {
      throw new KptError(
        "FUNCTION_RUNTIME",
        "must run with `--allow-exec` option to allow running function binaries",
        { label: "Error" },
      );
    }
    const runtime = (await this.#outside()).program(command);
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
    const outside = await this.#outside();
    return { label: image, identity, runtime: { kind: "text", ...outside.image(image) } };
  }

  #builtin(source: FunctionSource, image: string, fn: CatalogFunction, rehearses = false): ReadyFunction {
    const runtime = builtinRuntime(fn, parseImage(image)?.tag ?? "latest", rehearses);
    return { label: image, identity: identityOf(source, { image }), runtime };
  }

  async #resolve(
    image: string,
    tag: string | undefined,
    latest: boolean,
    builtin: string | undefined,
  ): Promise<string> {
    if (tag === undefined || tag === "") return latest ? withDefaultTag(image) : image;
    const sources =
      builtin === undefined
        ? (await this.#outside()).tags
        : [async () => (await loadDoc(builtin))?.tags ?? []];
    return resolveTag(image, tag, sources, this.#options.warn);
  }
}

function identityOf(
  source: FunctionSource,
  what: { image: string } | { exec: string },
): ReadyFunction["identity"] {
  return { ...(source.name ? { name: source.name } : {}), ...what };
}
