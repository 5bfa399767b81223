// Deploying to a real API server: rows beginning with `live`, where one can be had.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findControlPlane } from "../test/cluster/build.ts";
import { startCluster } from "../test/cluster/start.ts";
import { type Cost, measure } from "./measure.ts";

interface LiveBench {
  /** Program and first arguments of each tool to measure: ours, and a Go kpt in turn. */
  tools: readonly { name: string; command: readonly string[] }[];
  folder: string;
  env: NodeJS.ProcessEnv;
  print(name: string, cost: Cost): void;
}

const configMap = (namespace: string, index: number): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: cm-${String(index).padStart(4, "0")}
  namespace: ${namespace}
  labels: {app: bench, part: "${index % 7}"}
data:
  index: "${index}"
  text: |
    one line of ${index}
    and another
`;

const deployment = (namespace: string, name: string, more = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  replicas: 1${more}
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - name: main
        image: example.com/main:1
`;

/** Twelve chains of four; the first object of the first chain takes a quarter of a minute to become ready. */
function chains(namespace: string): string[] {
  return Array.from({ length: 48 }, (_, index) => {
    const [chain, place] = [index >> 2, index & 3];
    if (index === 0) return deployment(namespace, "slow", "\n  minReadySeconds: 15");
    const before =
      index === 1
        ? "apps/namespaces/NS/Deployment/slow"
        : `/namespaces/NS/ConfigMap/chain-${chain}-${place - 1}`;
    const needs =
      place === 0
        ? ""
        : `\n  annotations:\n    config.kubernetes.io/depends-on: ${before.replace("NS", namespace)}`;
    return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: chain-${chain}-${place}\n  namespace: ${namespace}${needs}\n`;
  });
}

function writePackage(folder: string, namespace: string, documents: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Kptfile"), "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: bench\n");
  const group = `apiVersion: kpt.dev/v1alpha1
kind: ResourceGroup
metadata:
  name: inventory
  namespace: ${namespace}
  labels:
    cli-utils.sigs.k8s.io/inventory-id: ${namespace}
`;
  writeFileSync(join(folder, "resourcegroup.yaml"), group);
  for (const [index, document] of documents.entries()) {
    writeFileSync(join(folder, `object-${String(index).padStart(4, "0")}.yaml`), document);
  }
}

/** Sixteen requests at once over kept connections, nothing else: what the server itself needs. */
const bareCreation = `
const { Agent, request } = require("node:https");
const { readFileSync } = require("node:fs");
const config = JSON.parse(readFileSync(process.env.KUBECONFIG, "utf8"));
const server = new URL(config.clusters[0].cluster.server);
const token = config.users[0].user.token;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
const [namespace, count] = process.argv.slice(2);
let next = 0;
const worker = async () => {
  for (let index = next++; index < count; index = next++) {
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "cm-" + index }, data: { index: String(index), text: "one line\\nand another\\n" } });
    await new Promise((done, fail) => {
      const sent = request({ host: server.hostname, port: server.port, method: "POST", agent, path: "/api/v1/namespaces/" + namespace + "/configmaps",
        headers: { authorization: "Bearer " + token, "content-type": "application/json", "content-length": Buffer.byteLength(body) } },
        answer => { if (answer.statusCode !== 201) fail(new Error(String(answer.statusCode))); answer.resume().on("end", done); });
      sent.on("error", fail);
      sent.end(body);
    });
  }
};
Promise.all(Array.from({ length: 16 }, worker)).then(() => process.exit(0), thrown => { console.error(thrown); process.exit(1); });
`;

export async function measureLive({ tools, folder, env, print }: LiveBench): Promise<void> {
  const plane = findControlPlane(process.env, line => console.log(line));
  if (plane?.controllers === undefined) {
    console.log("live: no real API server with controllers to be had, rows left out");
    return;
  }
  const cluster = await startCluster(plane);
  try {
    const own = { ...env, KUBECONFIG: cluster.kubeconfig };
    let count = 0;
    const namespaceOf = async (): Promise<string> => {
      const name = `bench-${count++}`;
      await cluster.api.call("POST", "/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      });
      return name;
    };
    const packageOf = async (documents: (namespace: string) => readonly string[]): Promise<string> => {
      const namespace = await namespaceOf();
      const path = join(folder, namespace);
      writePackage(path, namespace, documents(namespace));
      return path;
    };
    const run = (name: string, command: readonly string[], cwd = folder) =>
      measure({ command, cwd, env: own }).then(cost => print(name, cost));
    const maps = (namespace: string) =>
      Array.from({ length: 1000 }, (_, index) => configMap(namespace, index));
    const workloads = (namespace: string) =>
      Array.from({ length: 200 }, (_, index) => deployment(namespace, `web-${index}`));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "bare.cjs"), bareCreation);
    const bare = async () =>
      run("live yardstick: bare creation of 1,000", [
        process.execPath,
        "bare.cjs",
        await namespaceOf(),
        "1000",
      ]);
    await bare();
    for (const { name, command } of tools) {
      const live = (what: string, ...args: string[]) =>
        run(`live ${what}${name}`, [...command, "live", ...args]);
      const first = await packageOf(maps);
      await live("install", "install-resource-group");
      await bare();
      await live("apply, 1,000 new", "apply", first);
      await live("apply, 1,000 unchanged", "apply", first);
      await live("apply, 1,000 to server-side", "apply", first, "--server-side");
      await live("apply, 1,000 server-side again", "apply", first, "--server-side");
      await live("destroy, 1,000", "destroy", first);
      const fresh = await packageOf(maps);
      await live("apply, 1,000 new server-side", "apply", fresh, "--server-side");
      await live("destroy, 1,000 again", "destroy", fresh);
      const deployed = await packageOf(workloads);
      await live("apply, 200 deployments", "apply", deployed);
      await live("apply, 200 deployments unchanged", "apply", deployed);
      await live("destroy, 200 deployments", "destroy", deployed);
      const chained = await packageOf(chains);
      const seen = await timeLines([...command, "live", "apply", chained], own, folder);
      const late = seen.filter(({ line }) => /chain-([1-9]|1[01])-\d+ reconcile(d| successful)/.test(line));
      const others = Math.max(0, ...late.map(one => one.ms));
      console.log(
        `live 12 chains of four${name}: ${late.length} of 44 others done after ${others.toFixed(0)} ms, all after ${seen.at(-1)?.ms.toFixed(0)} ms`,
      );
    }
  } finally {
    await cluster.stop();
  }
}

/** When each line of the output came. */
async function timeLines(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<{ line: string; ms: number }[]> {
  const start = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
  const lines: { line: string; ms: number }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push({ line, ms: performance.now() - start });
  }
  return lines;
}
