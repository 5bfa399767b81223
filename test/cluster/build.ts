import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The programs of a control plane: how to start each part. */
export interface ControlPlane {
  etcd: readonly string[];
  apiserver: readonly string[];
  /** Absent in the envtest assets: then no controllers run. */
  controllers?: readonly string[];
  kubectl?: readonly string[];
}

const sources = resolve(import.meta.dirname, "../../../test/cluster/server");

/**
 * Finds a control plane: KUBEBUILDER_ASSETS (the envtest convention), else one that is built once, with
 * the Go tool chain, into a cache folder outside the tree. Nothing when neither is to be had.
 */
export function findControlPlane(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): ControlPlane | undefined {
  const assets = env["KUBEBUILDER_ASSETS"];
  if (assets && existsSync(join(assets, "kube-apiserver"))) {
    const controllers = join(assets, "kube-controller-manager");
    return {
      etcd: [join(assets, "etcd")],
      apiserver: [join(assets, "kube-apiserver")],
      ...(existsSync(controllers) ? { controllers: [controllers] } : {}),
      kubectl: [join(assets, "kubectl")],
    };
  }
  const server = builtServer(env, say);
  if (server === undefined) return undefined;
  return {
    etcd: [server, "etcd"],
    apiserver: [server, "kube-apiserver"],
    controllers: [server, "kube-controller-manager"],
    kubectl: [server, "kubectl"],
  };
}

function builtServer(env: NodeJS.ProcessEnv, say: (line: string) => void): string | undefined {
  const digest = createHash("sha256");
  for (const name of ["go.mod", "go.sum", "main.go"]) digest.update(readFileSync(join(sources, name)));
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = join(cache, "kpt-test-cluster", digest.digest("hex").slice(0, 16));
  const server = join(folder, "server");
  if (existsSync(server)) return server;
  if (spawnSync("go", ["version"], { env }).status !== 0) return undefined;
  say(`building a Kubernetes control plane in ${folder}; once, it takes some minutes`);
  mkdirSync(folder, { recursive: true });
  const built = spawnSync("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", `${server}.new`, "."], {
    cwd: sources,
    env: { ...env, CGO_ENABLED: "0" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (built.status !== 0) {
    say("the control plane could not be built");
    return undefined;
  }
  renameSync(`${server}.new`, server);
  return server;
}
