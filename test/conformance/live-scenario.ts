import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ControlPlane } from "../cluster/build.ts";
import { findControlPlane } from "../cluster/build.ts";
import { type Cluster, startCluster } from "../cluster/start.ts";
import { compareText, normalise } from "./live-text.ts";
import { binary, copyWritable, differences, type Ended, execute, kpt, readYaml } from "./suite.ts";

interface Entry {
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

interface Step {
  args?: string[];
  dir?: string;
  stdinFile?: string;
  sigintAfter?: number;
  exitCode?: number;
  stdOut?: string;
  stdErr?: string;
  inventory?: Entry[] | null;
  resourceStatuses?: Record<string, string>[];
  cluster?: {
    get: string[];
    found: boolean;
    metadata?: Record<string, unknown>;
    data?: Record<string, unknown>;
  }[];
  files?: Record<string, string | null>;
  edit?: Record<string, string | null>;
  kubectl?: string[];
  stdin?: string;
}

interface Scenario {
  namespace: string;
  namespaceExists?: boolean;
  resourceGroupCRDInstalled?: boolean;
  preApply?: string[];
  fakePods?: "ready";
  optionalStdOut?: string[];
  steps: Step[];
}

interface Stored {
  items?: { spec?: { resources?: Entry[] }; status?: { resourceStatuses?: Record<string, string>[] } }[];
}

let plane: ControlPlane | undefined;
let shared: { cluster: Cluster; plane: ControlPlane } | undefined;

/** Why scenarios can't run here; nothing when there is a control plane to run them on. */
export function withoutCluster(): string | undefined {
  plane ??= findControlPlane(process.env, line => console.log(line));
  return plane === undefined ? "no API server: set KUBEBUILDER_ASSETS or install Go" : undefined;
}

async function theCluster(): Promise<{ cluster: Cluster; plane: ControlPlane }> {
  if (shared) return shared;
  const obstacle = withoutCluster();
  if (plane === undefined) throw new Error(obstacle);
  shared = { plane, cluster: await startCluster(plane) };
  shared.cluster.node.onlyIn = new Set();
  return shared;
}

export async function closeCluster(): Promise<void> {
  await shared?.cluster.stop();
}

const groups = "/apis/kpt.dev/v1alpha1";
const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/resourcegroups.kpt.dev";

class Place {
  readonly tmp = realpathSync(mkdtempSync(join(tmpdir(), "kpt-live-")));
  readonly work = join(this.tmp, "scenario");
  readonly #cluster: Cluster;
  readonly #plane: ControlPlane;
  readonly #scenario: Scenario;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, scenario: Scenario, cluster: Cluster, plane: ControlPlane) {
    copyWritable(folder, this.work);
    this.#cluster = cluster;
    this.#plane = plane;
    this.#scenario = scenario;
    this.#env = {
      PATH: process.env["PATH"],
      HOME: this.tmp,
      TMPDIR: this.tmp,
      KUBECONFIG: cluster.kubeconfig,
      KPT_LIVE_EVENTS: "release",
      TZ: "UTC",
    };
  }

  async prepare(): Promise<void> {
    const { api } = this.#cluster;
    const { namespace, namespaceExists, resourceGroupCRDInstalled, preApply, fakePods } = this.#scenario;
    await this.#removeNamespace();
    await api.call("DELETE", definition);
    while ((await api.call("GET", definition)).status !== 404) await sleep(50);
    if (resourceGroupCRDInstalled !== false) {
      const installed = await kpt(["live", "install-resource-group"], { cwd: this.work, env: this.#env });
      if (installed.exit !== 0) throw new Error(`install-resource-group: ${installed.stderr}`);
    }
    if (namespaceExists) await api.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    if (fakePods ?? this.#recordedReady()) this.#cluster.node.onlyIn?.add(namespace);
    for (const file of preApply ?? []) await this.#kubectl(["apply", "-f", join(this.work, file)], "");
  }

  /** Some recordings leave out that pods were made ready, and show a workload that was. */
  #recordedReady(): "ready" | undefined {
    const ready = /^deployment\.apps\/\S+ reconcile successful$/m;
    return this.#scenario.steps.some(({ stdOut = "" }) => ready.test(stdOut)) ? "ready" : undefined;
  }

  async #removeNamespace(): Promise<void> {
    const { api } = this.#cluster;
    const path = `/api/v1/namespaces/${this.#scenario.namespace}`;
    await api.call("DELETE", path);
    for (let attempt = 0; attempt < 400 && (await api.call("GET", path)).status !== 404; attempt++)
      await sleep(50);
  }

  async close(): Promise<void> {
    this.#cluster.node.onlyIn?.delete(this.#scenario.namespace);
    await this.#removeNamespace();
    rmSync(this.tmp, { recursive: true, force: true });
  }

  async #kubectl(args: readonly string[], stdin: string): Promise<Ended> {
    const [program = "kubectl", ...rest] = this.#plane.kubectl ?? ["kubectl"];
    const ended = await execute(program, [...rest, ...args], { cwd: this.work, env: this.#env, stdin });
    if (ended.exit !== 0) throw new Error(`kubectl ${args.join(" ")}: ${ended.stderr}`);
    return ended;
  }

  edit(files: Record<string, string | null>): void {
    for (const [path, text] of Object.entries(files)) {
      const target = join(this.work, path);
      if (text === null) rmSync(target, { recursive: true, force: true });
      else {
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, text);
      }
    }
  }

  async step(step: Step): Promise<string[]> {
    if (step.edit) this.edit(step.edit);
    if (step.kubectl) await this.#kubectl(step.kubectl, step.stdin ?? "");
    if (!step.args) return [];
    const ended = await this.#run(step);
    const words = step.args.join(" ");
    const problems: string[] = [];
    if (ended.exit !== step.exitCode) problems.push(`exit: expected ${step.exitCode}, got ${ended.exit}`);
    const optional = this.#scenario.optionalStdOut ?? [];
    problems.push(
      ...compareText("stdout", step.stdOut ?? "", normalise(ended.stdout, this.work), step.args, optional),
    );
    problems.push(...differences("stderr", step.stdErr ?? "", normalise(ended.stderr, this.work)));
    problems.push(
      ...(await this.#compareInventory(step)),
      ...(await this.#compareCluster(step)),
      ...this.#compareFiles(step),
    );
    return problems.map(problem => (problem.startsWith(" ") ? problem : `${words}: ${problem}`));
  }

  #run(step: Step): Promise<Ended> {
    const cwd = join(this.work, step.dir ?? "resources");
    const stdin = step.stdinFile ? readFileSync(join(this.work, step.stdinFile), "utf8") : "";
    if (step.sigintAfter === undefined)
      return kpt(step.args ?? [], { cwd, env: this.#env, stdin, seconds: 150 });
    return new Promise((done, fail) => {
      const child = spawn(process.execPath, [binary, ...(step.args ?? [])], { cwd, env: this.#env });
      const ended: Ended = { exit: 0, stdout: "", stderr: "" };
      child.stdout.on("data", data => {
        ended.stdout += data;
      });
      child.stderr.on("data", data => {
        ended.stderr += data;
      });
      const timer = setTimeout(() => child.kill("SIGINT"), (step.sigintAfter ?? 0) * 1000);
      child.on("error", fail);
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        done({ ...ended, exit: code ?? (signal === "SIGINT" ? -2 : `signal ${signal}`) });
      });
    });
  }

  async #compareInventory({ inventory, resourceStatuses }: Step): Promise<string[]> {
    if (inventory === undefined && resourceStatuses === undefined) return [];
    const { body } = await this.#cluster.api.call<Stored>(
      "GET",
      `${groups}/namespaces/${this.#scenario.namespace}/resourcegroups`,
    );
    const stored = body.items?.[0];
    const asSet = (list: readonly object[]): string[] =>
      list.map(entry => JSON.stringify(Object.fromEntries(Object.entries(entry).sort()))).sort();
    const compare = (what: string, want: readonly object[], got: readonly object[]): string[] => {
      const [wanted, found] = [asSet(want), asSet(got)];
      return isDeepStrictEqual(wanted, found)
        ? []
        : [`${what} differs`, `  - ${wanted.join(" ")}`, `  + ${found.join(" ")}`];
    };
    const problems: string[] = [];
    if (inventory === null) {
      if (stored) problems.push("the inventory exists, and should not");
    } else if (inventory !== undefined) {
      if (!stored) problems.push("there is no inventory");
      else problems.push(...compare("inventory", inventory, stored.spec?.resources ?? []));
    }
    if (resourceStatuses) {
      problems.push(
        ...compare("resource statuses", resourceStatuses, stored?.status?.resourceStatuses ?? []),
      );
    }
    return problems;
  }

  async #compareCluster({ cluster }: Step): Promise<string[]> {
    const problems: string[] = [];
    for (const { get, found, metadata, data } of cluster ?? []) {
      let object: { metadata?: Record<string, unknown>; data?: unknown } | undefined;
      try {
        object = JSON.parse((await this.#kubectl(["get", ...get, "-o", "json"], "")).stdout);
      } catch (thrown) {
        if (!String(thrown).includes("NotFound")) throw thrown;
      }
      const name = get.join(" ");
      if ((object !== undefined) !== found)
        problems.push(`${name}: ${found ? "not found" : "found, and should not be"}`);
      if (!object || !found) continue;
      for (const [key, want] of Object.entries(metadata ?? {})) {
        const got = object.metadata?.[key];
        if (!isDeepStrictEqual(got, want))
          problems.push(`${name} ${key}:`, `  - ${JSON.stringify(want)}`, `  + ${JSON.stringify(got)}`);
      }
      if (data !== undefined && !isDeepStrictEqual(object.data, data)) {
        problems.push(`${name} data:`, `  - ${JSON.stringify(data)}`, `  + ${JSON.stringify(object.data)}`);
      }
    }
    return problems;
  }

  #compareFiles({ files }: Step): string[] {
    return Object.entries(files ?? {}).flatMap(([path, want]) => {
      const full = join(this.work, path);
      if (want === null) return existsSync(full) ? [`${path} exists, and should not`] : [];
      return existsSync(full)
        ? differences(path, want, normalise(readFileSync(full, "utf8"), this.work))
        : [`${path} is missing`];
    });
  }
}

export async function runScenario(folder: string): Promise<string[]> {
  const scenario = readYaml<Scenario>(join(folder, "config.yaml"));
  const { cluster, plane } = await theCluster();
  const place = new Place(folder, scenario, cluster, plane);
  const problems: string[] = [];
  try {
    await place.prepare();
    for (const [at, step] of scenario.steps.entries()) {
      problems.push(...(await place.step(step)).map(line => `step ${at + 1}: ${line}`));
    }
  } finally {
    await place.close();
  }
  return problems;
}
