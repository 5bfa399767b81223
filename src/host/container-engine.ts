import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { KptError } from "../core/error.ts";
import { type ProgramOptions, type ProgramResult, runProgram } from "./run.ts";

export const engineNames = ["docker", "podman", "nerdctl"] as const;
export type EngineName = (typeof engineNames)[number];

/** The engine that KRM_FN_RUNTIME names; otherwise the first that is on the PATH, and docker when none is. */
export function engineFrom(env: Readonly<Record<string, string | undefined>>): EngineName {
  const name = env["KRM_FN_RUNTIME"] ?? "";
  if (name === "") {
    const folders = (env["PATH"] ?? "").split(delimiter).filter(folder => folder !== "");
    return engineNames.find(engine => folders.some(folder => existsSync(join(folder, engine)))) ?? "docker";
  }
  const found = engineNames.find(engine => engine === name.toLowerCase());
  if (found !== undefined) return found;
  throw new KptError(
    "FUNCTION_RUNTIME",
    `unsupported runtime: ${JSON.stringify(name)} the runtime must be one of [${engineNames.join(" ")}]`,
    { label: "Error" },
  );
}

const installHints: Readonly<Record<EngineName, string>> = {
  docker:
    "docker must be running to use this command\nTo install docker, follow the instructions at https://docs.docker.com/get-docker/.\n",
  podman:
    "podman must be installed.\nTo install podman, follow the instructions at https://podman.io/getting-started/installation.\n",
  nerdctl:
    "nerdctl must be installed.\nTo install nerdctl, follow the instructions at https://github.com/containerd/nerdctl#install.\n",
};

export interface EngineOptions {
  name: EngineName;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal?: AbortSignal;
}

export interface ContainerRun {
  image: string;
  stdin: string;
  args: readonly string[];
  command?: readonly string[];
  timeoutMs?: number;
  maxOutputBytes?: number;
  maxStderrBytes?: number;
}

/** A container engine on this machine, through its command line. Whether it works is found out once, before the first run. */
export class ContainerEngine {
  readonly name: EngineName;
  readonly #options: EngineOptions;
  #checked: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Throws with the engine's own install hint when it is absent, broken or too old. */
  check(): Promise<void> {
    this.#checked ??= this.#check();
    return this.#checked;
  }

  /** Runs a container to its end. When it is stopped before, podman's is gone afterwards. */
  async run({ image, stdin, args, command = [], ...limits }: ContainerRun): Promise<ProgramResult> {
    await this.check();
    const argv0 = this.name === "podman" ? `podman-for-kpt-${randomUUID()}` : undefined;
    let ended = false;
    try {
      const result = await this.#program(["run", ...args, image, ...command], {
        stdin,
        ...limits,
        ...(argv0 === undefined ? {} : { argv0 }),
      });
      ended = !result.timedOut && !result.outputExceeded && result.signal === undefined;
      return result;
    } finally {
      if (!ended && argv0 !== undefined) await this.#remove(argv0);
    }
  }

  /**
   * Removes the container that the client of this name started. A container outlives its client unless its
   * first process handles SIGTERM. The arguments of the call are Go kpt's and give it no name; but podman
   * keeps the command line, and the client's own name in it, with each container.
   */
  async #remove(argv0: string): Promise<void> {
    const { env, cwd } = this.#options;
    const words = async (...args: string[]): Promise<string[]> => {
      const limits = { timeoutMs: 10_000, maxOutputBytes: 2 ** 24 };
      const { stdout } = await runProgram({ command: this.name, args, env, cwd, ...limits });
      return stdout
        .toString("utf8")
        .split(/\s+/)
        .filter(word => word !== "");
    };
    try {
      const all = await words("ps", "--all", "--quiet", "--no-trunc");
      if (all.length === 0) return;
      const format =
        "{{range $i, $word := .Config.CreateCommand}}{{if not $i}}{{$word}}{{end}}{{end}} {{.ID}}";
      const found = await words("container", "inspect", "--format", format, ...all);
      const id = found[found.indexOf(argv0) + 1];
      if (found.includes(argv0) && id !== undefined) await words("rm", "--force", "--time", "0", id);
    } catch {
      // The reason why it was stopped is what the user has to know.
    }
  }

  /** Tags of a repository that this machine has. */
  async tags(repository: string): Promise<string[]> {
    const { exitCode, stdout } = await this.#program(
      ["image", "ls", "--filter", `reference=${repository}`, "--format", "{{ .Tag }}"],
      { timeoutMs: 10_000 },
    );
    return exitCode === 0
      ? stdout
          .toString("utf8")
          .split("\n")
          .map(tag => tag.trim())
          .filter(tag => tag !== "")
      : [];
  }

  async #check(): Promise<void> {
    const args = this.name === "docker" ? ["version", "--format", "{{.Client.Version}}"] : ["version"];
    const { exitCode, signal, timedOut, stdout } = await this.#program(args, { timeoutMs: 5000 });
    if (timedOut || signal !== undefined) throw this.#unusable("signal: killed");
    if (exitCode !== 0) throw this.#unusable(`exit status ${exitCode ?? 1}`);
    if (this.name === "docker") checkDockerVersion(stdout.toString("utf8").trim());
  }

  async #program(
    args: readonly string[],
    options: Pick<ProgramOptions, "stdin" | "argv0" | "timeoutMs" | "maxOutputBytes" | "maxStderrBytes">,
  ): Promise<ProgramResult> {
    const { env, cwd, signal } = this.#options;
    try {
      return await runProgram({
        command: this.name,
        args,
        env,
        cwd,
        ...(signal ? { signal } : {}),
        ...options,
      });
    } catch (error) {
      if (error instanceof KptError && error.code === "NOT_FOUND") {
        throw this.#unusable(`exec: "${this.name}": executable file not found in $PATH`);
      }
      throw error;
    }
  }

  #unusable(cause: string): KptError {
    return new KptError("FUNCTION_RUNTIME", `${cause}\n${installHints[this.name]}`, { label: "Error" });
  }
}

const leastDocker = [20, 10, 0] as const;

function checkDockerVersion(found: string): void {
  const required = `docker client version must be v${leastDocker.join(".")} or greater: found`;
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+~].*)?$/.exec(found);
  if (match === null) {
    throw new KptError("FUNCTION_RUNTIME", `${required} invalid version ${found}: Invalid Semantic Version`, {
      label: "Error",
    });
  }
  const version = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
  const differing = leastDocker.findIndex((least, i) => version[i] !== least);
  if (differing >= 0 && (version[differing] ?? 0) < (leastDocker[differing] ?? 0)) {
    throw new KptError("FUNCTION_RUNTIME", `${required} ${found}`, { label: "Error" });
  }
}
