// node dist/bench/live-faults.js [WORD…]: what kpt live makes of a server in trouble, as a table. Runs against a
// real API server where one can be had, else against the sandbox; Go kpt in turn where KPT_REFERENCE is set.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { KubeClient } from "../src/kube/client.ts";
import { systemClock } from "../src/kube/clock.ts";
import { loadConnection } from "../src/kube/config.ts";
import { createHttpsTransport } from "../src/kube/https.ts";
import type { Transport } from "../src/kube/transport.ts";
import { installDefinition } from "../src/live/inventory/crd.ts";
import { createSandbox } from "../src/sandbox/index.ts";
import { findControlPlane } from "../test/cluster/build.ts";
import { startCluster } from "../test/cluster/start.ts";
import { configMaps, inventoryNames, inventoryStatuses, ownedNames } from "../test/live/bookkeeping.ts";
import { create } from "../test/live/cluster.ts";
import { FaultProxy, faultKinds, type Troublemaker, troublemaker } from "../test/live/fault-proxy.ts";

const binary = resolve(import.meta.dirname, "../../bin/kpt.cjs");
const reference = process.env["KPT_REFERENCE"];
const words = process.argv.slice(2);
const count = 60;
/** Longer than this is no result. */
const patienceMs = 30_000;

interface Tool {
  name: string;
  command: readonly string[];
}

const tools: Tool[] = [
  { name: "ours", command: [process.execPath, binary] },
  ...(reference ? [{ name: "reference", command: [reference] }] : []),
];

const folder = realpathSync(mkdtempSync(join(tmpdir(), "kpt-faults-")));
const plane = findControlPlane(process.env, line => console.error(line));
const cluster = plane === undefined ? undefined : await startCluster(plane);
const sandbox = cluster === undefined ? createSandbox() : undefined;
const upstream: Transport =
  cluster === undefined
    ? { request: asked => sandbox!.handle(asked), close: async () => undefined }
    : createHttpsTransport(
        await loadConnection({ kubeconfig: cluster.kubeconfig }, { env: process.env, cwd: folder }),
      );
const calm = new KubeClient(upstream, { clock: systemClock });

/** Runs a command to its end; how it ended. */
function run(tool: Tool, args: readonly string[], kubeconfig: string, signal?: AbortSignal): Promise<string> {
  const [program = "", ...first] = tool.command;
  const child = spawn(program, [...first, "live", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: kubeconfig },
    stdio: "ignore",
  });
  signal?.addEventListener("abort", () => child.kill(signal.reason));
  return new Promise(done => {
    const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    child.on("close", (code, killedBy) => {
      clearTimeout(timer);
      done(killedBy ?? String(code));
    });
  });
}

function writePackage(namespace: string): string {
  const path = join(folder, namespace);
  mkdirSync(path);
  writeFileSync(join(path, "Kptfile"), "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: pkg\n");
  const group = {
    apiVersion: "kpt.dev/v1alpha1",
    kind: "ResourceGroup",
    metadata: { name: "inv", namespace, labels: { "cli-utils.sigs.k8s.io/inventory-id": namespace } },
  };
  writeFileSync(join(path, "resourcegroup.yaml"), JSON.stringify(group));
  for (const [index, object] of configMaps(namespace, count).entries()) {
    writeFileSync(join(path, `cm-${index}.yaml`), JSON.stringify(object));
  }
  return path;
}

/** What is there and what is on record, in a few words. */
async function stateOf(namespace: string): Promise<string> {
  const [there, known, statuses] = [
    await ownedNames(calm, namespace),
    await inventoryNames(calm, namespace),
    await inventoryStatuses(calm, namespace),
  ];
  const orphans = there.filter(name => !known.includes(name)).length;
  const pending = statuses.filter(status => status.includes("Pending")).length;
  const faults = [
    ...(there.length === count ? [] : [`${there.length} of ${count} objects`]),
    ...(known.length === there.length ? [] : [`${known.length} on record`]),
    ...(orphans === 0 ? [] : [`**${orphans} orphans**`]),
    ...(pending === 0 ? [] : [`${pending} called Pending`]),
  ];
  return faults.length === 0 ? "right" : faults.join(", ");
}

let serial = 0;

/** One apply in trouble, then one in peace. */
async function survive(
  tool: Tool,
  make: (proxy: () => FaultProxy) => Troublemaker,
  apply: (proxy: FaultProxy, path: string, kubeconfig: string) => Promise<string>,
): Promise<string> {
  const namespace = `faults-${serial++}`;
  await create(calm, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const path = writePackage(namespace);
  const proxy: FaultProxy = new FaultProxy(
    upstream,
    make(() => proxy),
  );
  const peace = new FaultProxy(upstream);
  await proxy.come();
  await peace.come();
  const [troubled, calmConfig] = [join(folder, `${namespace}.trouble`), join(folder, `${namespace}.calm`)];
  writeFileSync(troubled, proxy.kubeconfig());
  writeFileSync(calmConfig, peace.kubeconfig());
  const start = performance.now();
  const ended = await apply(proxy, path, troubled);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const after = await stateOf(namespace);
  const again = await run(tool, ["apply", path], calmConfig);
  const finally_ = await stateOf(namespace);
  await proxy.close();
  await peace.close();
  const then =
    again === "0" && finally_ === "right" ? "" : `; after another apply: exit ${again}, ${finally_}`;
  return `exit ${ended}, ${seconds} s, ${after}${then}`;
}

async function row(name: string, cell: (tool: Tool) => Promise<string>): Promise<void> {
  if (words.length > 0 && !words.some(word => name.includes(word))) return;
  const cells: string[] = [];
  for (const tool of tools) cells.push(await cell(tool));
  console.log(`| ${[name, ...cells].join(" | ")} |`);
}

try {
  await installDefinition(calm);
  console.log(`${count} config maps, ${cluster === undefined ? "the sandbox" : "a real API server"}\n`);
  console.log(`| trouble | ${tools.map(tool => tool.name).join(" | ")} |`);
  console.log(`| --- |${tools.map(() => " --- |").join("")}`);
  const once = (tool: Tool) => (_: FaultProxy, path: string, kubeconfig: string) =>
    run(tool, ["apply", path], kubeconfig);
  for (const kind of Object.keys(faultKinds)) {
    for (const share of [0.05, 0.2]) {
      await row(`${kind}, ${share * 100} %`, tool =>
        survive(tool, () => troublemaker(kind, share, 11), once(tool)),
      );
    }
  }
  const away = (proxy: () => FaultProxy): Troublemaker => {
    return ({ count: at }) => {
      if (at !== 40) return undefined;
      void proxy().leave();
      setTimeout(() => void proxy().come(), 5_000);
      return { reset: "before" };
    };
  };
  await row("server away for 5 s", tool => survive(tool, away, once(tool)));
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    for (const at of [20, 50, 75]) {
      await row(`${signal} at request ${at}`, tool => {
        const stop = new AbortController();
        return survive(
          tool,
          () => seen => {
            if (seen.count === at) stop.abort(signal);
            return undefined;
          },
          (_, path, kubeconfig) => run(tool, ["apply", path], kubeconfig, stop.signal),
        );
      });
    }
  }
  await row("two applies at once", tool =>
    survive(
      tool,
      () => () => undefined,
      async (_, path, kubeconfig) =>
        (await Promise.all([1, 2].map(() => run(tool, ["apply", path], kubeconfig)))).join(" and "),
    ),
  );
} finally {
  await upstream.close();
  await cluster?.stop();
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
}
