import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Api } from "./api.ts";
import type { ControlPlane } from "./build.ts";
import { FakeNode } from "./fake-node.ts";

export interface Cluster {
  /** Path of a kubeconfig for an administrator. */
  kubeconfig: string;
  api: Api;
  node: FakeNode;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function until(what: string, log: string, check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    try {
      if (await check()) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
  throw new Error(
    `${what} did not become ready:\n${existsSync(log) ? readFileSync(log, "utf8").slice(-2000) : ""}`,
  );
}

/**
 * Starts etcd, kube-apiserver and the controllers on the loopback, with a fake node that makes pods
 * ready and claims bound. Everything lives in a temporary folder and ends with `stop`.
 */
export async function startCluster(plane: ControlPlane): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "kpt-cluster-"));
  const children: ChildProcess[] = [];
  const start = (name: string, command: readonly string[], args: readonly string[]): string => {
    const log = join(folder, `${name}.log`);
    const out = createWriteStream(log);
    const [program = "", ...rest] = command;
    const child = spawn(program, [...rest, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    children.push(child);
    return log;
  };

  const [etcdPort, peerPort, port, managerPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const token = randomBytes(16).toString("hex");
  const key = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  writeFileSync(join(folder, "sa.key"), key.privateKey);
  writeFileSync(join(folder, "sa.pub"), key.publicKey);
  writeFileSync(join(folder, "tokens.csv"), `${token},admin,admin,"system:masters"\n`);

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const data = join(folder, "etcd");
  start(
    "etcd",
    plane.etcd,
    plane.etcd.length > 1
      ? [data, etcdUrl, peerUrl]
      : [
          ["--data-dir", data],
          ["--listen-client-urls", etcdUrl],
          ["--advertise-client-urls", etcdUrl],
          ["--listen-peer-urls", peerUrl],
          ["--initial-advertise-peer-urls", peerUrl],
          ["--initial-cluster", `default=${peerUrl}`],
          ["--unsafe-no-fsync"],
        ].flat(),
  );
  const apiLog = start("kube-apiserver", plane.apiserver, [
    `--etcd-servers=${etcdUrl}`,
    `--cert-dir=${join(folder, "certs")}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "sa.pub")}`,
    `--service-account-signing-key-file=${join(folder, "sa.key")}`,
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--disable-admission-plugins=ServiceAccount",
    "--allow-privileged=true",
  ]);
  const api = new Api(port, token);
  await until("kube-apiserver", apiLog, async () => (await api.call("GET", "/readyz")).status === 200);

  const kubeconfig = join(folder, "kubeconfig");
  const certificate = readFileSync(join(folder, "certs/apiserver.crt")).toString("base64");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "test",
          cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority-data": certificate },
        },
      ],
      users: [{ name: "admin", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
      "current-context": "test",
    }),
    { mode: 0o600 },
  );
  if (plane.controllers) {
    start("kube-controller-manager", plane.controllers, [
      `--kubeconfig=${kubeconfig}`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      `--secure-port=${managerPort}`,
      `--service-account-private-key-file=${join(folder, "sa.key")}`,
      "--controllers=*,-node-lifecycle-controller,-node-ipam-controller",
    ]);
  }
  await until(
    "the default namespace",
    apiLog,
    async () => (await api.call("GET", "/api/v1/namespaces/default")).status === 200,
  );
  const node = new FakeNode(api);
  node.start();

  return {
    kubeconfig,
    api,
    node,
    stop: async () => {
      await node.stop();
      api.close();
      const ended = children.map(child => new Promise(done => child.once("exit", done)));
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
