import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { readSmallFile } from "../host/small-file.ts";
import { cleanText } from "./clean-text.ts";
import type { Connection } from "./connection.ts";
import { createSigner } from "./credentials.ts";
import type { PluginSurroundings } from "./exec-plugin.ts";
import {
  emptyUser,
  type Kubeconfig,
  type KubeconfigCluster,
  type KubeconfigContext,
  type KubeconfigUser,
  readKubeconfigs,
} from "./kubeconfig.ts";
import { checkProxy, proxyFor } from "./proxy.ts";

/** kubectl's flags about the cluster, as typed; everything else comes from the kubeconfig. */
export interface ConnectionFlags {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  server?: string | undefined;
  token?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  as?: string | undefined;
  asGroups?: readonly string[] | undefined;
  asUid?: string | undefined;
  /** Each is `key=value`. */
  asUserExtra?: readonly string[] | undefined;
  namespace?: string | undefined;
  requestTimeoutMs?: number | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  tlsServerName?: string | undefined;
}

export interface ConfigSurroundings extends PluginSurroundings {
  /** Where a pod finds the token of its service account; the usual folder unless given. */
  serviceAccountFolder?: string;
  now?: () => number;
}

const noKubeconfigHint =
  "no kubeconfig was found: set KUBECONFIG or --kubeconfig, or start a cluster on this machine with `kpt sandbox start`";

/** The cluster, the user and the namespace that kubectl would use for the same flags and environment. */
export async function loadConnection(
  flags: ConnectionFlags,
  surroundings: ConfigSurroundings,
): Promise<Connection> {
  const { env, cwd } = surroundings;
  const read = readKubeconfigs(configFiles(flags, env, cwd));
  const isEmpty = read.clusters.size + read.users.size + read.contexts.size === 0;
  const config = (isEmpty && !flags.server ? inCluster(surroundings) : undefined) ?? read;
  const context = chooseContext(config, flags);
  const cluster = chooseCluster(config, context, flags, cwd);
  const user = chooseUser(config, context, flags, cwd);
  const server = parseServer(cluster.server);
  const proxyUrl = cluster.proxyUrl || proxyFor(server, env);
  if (proxyUrl !== undefined) checkProxy(proxyUrl);
  return {
    server,
    contextName: context?.name ?? "",
    namespace: flags.namespace || context?.namespace || "default",
    hasExplicitNamespace: (flags.namespace ?? "") !== "",
    requestTimeoutMs: flags.requestTimeoutMs ?? 0,
    skipTlsVerify: cluster.skipTlsVerify,
    tlsServerName: cluster.tlsServerName || undefined,
    proxyHost: proxyUrl === undefined ? undefined : new URL(proxyUrl).host,
    hint: config.clusters.size === 0 && !flags.server ? noKubeconfigHint : undefined,
    credentials: createSigner({ cluster, user, server, proxyUrl }, surroundings, flags.requestTimeoutMs ?? 0),
  };
}

/** The namespace of the kubeconfig's context, for commands that don't reach for the cluster. */
export async function contextNamespace(flags: ConnectionFlags, where: ConfigSurroundings): Promise<string> {
  return (await loadConnection(flags, where)).namespace;
}

function configFiles(flags: ConnectionFlags, env: ConfigSurroundings["env"], cwd: string): string[] {
  if (flags.kubeconfig) {
    const file = resolve(cwd, flags.kubeconfig);
    if (existsSync(file)) return [file];
    throw new KptError("KUBECONFIG_INVALID", `stat ${flags.kubeconfig}: no such file or directory`);
  }
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter(name => name !== "");
  if (listed.length > 0) return listed.map(name => resolve(cwd, name)).filter(existsSync);
  const home = env["HOME"] ?? env["USERPROFILE"];
  const usual = home === undefined ? undefined : join(home, ".kube", "config");
  return usual !== undefined && existsSync(usual) ? [usual] : [];
}

/** What a pod knows of its cluster; undefined outside of one. */
function inCluster({ env, serviceAccountFolder }: ConfigSurroundings): Kubeconfig | undefined {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "";
  const folder = serviceAccountFolder ?? "/var/run/secrets/kubernetes.io/serviceaccount";
  const tokenFile = join(folder, "token");
  if (host === "" || port === "" || !existsSync(tokenFile)) return undefined;
  const name = "in-cluster";
  const caFile = join(folder, "ca.crt");
  const namespaceFile = join(folder, "namespace");
  const namespace = existsSync(namespaceFile) ? readSmallFile(namespaceFile).toString("utf8").trim() : "";
  const cluster: KubeconfigCluster = {
    name,
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    skipTlsVerify: false,
    tlsServerName: "",
    proxyUrl: "",
    ...(existsSync(caFile) ? { caFile } : {}),
  };
  return {
    currentContext: name,
    clusters: new Map([[name, cluster]]),
    users: new Map([[name, { ...emptyUser(name), tokenFile }]]),
    contexts: new Map([
      [name, { name, cluster: name, user: name, namespace: env["POD_NAMESPACE"] || namespace }],
    ]),
  };
}

function chooseContext(config: Kubeconfig, flags: ConnectionFlags): KubeconfigContext | undefined {
  const name = flags.context || config.currentContext;
  if (!name) return undefined;
  const found = config.contexts.get(name);
  if (found === undefined) {
    throw new KptError("KUBECONFIG_INVALID", `context "${name}" does not exist`, {
      hint: `known contexts: ${[...config.contexts.keys()].join(", ") || "none"}`,
    });
  }
  return found;
}

function chooseCluster(
  config: Kubeconfig,
  context: KubeconfigContext | undefined,
  flags: ConnectionFlags,
  cwd: string,
): KubeconfigCluster {
  const name = flags.cluster || context?.cluster || "";
  const found = config.clusters.get(name);
  if (found === undefined && name !== "" && !flags.server) {
    throw new KptError("KUBECONFIG_INVALID", `cluster "${name}" does not exist`);
  }
  const local = {
    name,
    server: "http://localhost:8080",
    skipTlsVerify: false,
    tlsServerName: "",
    proxyUrl: "",
  };
  const cluster: KubeconfigCluster = { ...(found ?? local) };
  if (flags.server) cluster.server = flags.server;
  if (cluster.server === "") throw invalid(`no server found for cluster "${name}"`);
  if (flags.insecureSkipTlsVerify) cluster.skipTlsVerify = true;
  if (flags.certificateAuthority) {
    cluster.caFile = resolve(cwd, flags.certificateAuthority);
    delete cluster.caData;
  }
  if (flags.tlsServerName) cluster.tlsServerName = flags.tlsServerName;
  return cluster;
}

function chooseUser(
  config: Kubeconfig,
  context: KubeconfigContext | undefined,
  flags: ConnectionFlags,
  cwd: string,
): KubeconfigUser {
  const name = flags.user || context?.user || "";
  const found = config.users.get(name);
  if (found === undefined && flags.user) {
    throw new KptError("KUBECONFIG_INVALID", `auth info "${flags.user}" does not exist`);
  }
  const user: KubeconfigUser = { ...(found ?? emptyUser(name)) };
  if (flags.token) {
    user.token = flags.token;
    delete user.tokenFile;
  }
  if (flags.username) {
    user.username = flags.username;
    user.password = flags.password ?? "";
  }
  if (flags.clientCertificate) {
    user.certFile = resolve(cwd, flags.clientCertificate);
    delete user.certData;
  }
  if (flags.clientKey) {
    user.keyFile = resolve(cwd, flags.clientKey);
    delete user.keyData;
  }
  if (flags.as) user.as = flags.as;
  if (flags.asUid) user.asUid = flags.asUid;
  if (flags.asGroups?.length) user.asGroups = flags.asGroups;
  if (flags.asUserExtra?.length) user.asExtra = extraOf(flags.asUserExtra);
  checkUser(user);
  return user;
}

function extraOf(pairs: readonly string[]): Map<string, string[]> {
  const extra = new Map<string, string[]>();
  for (const pair of pairs) {
    const [key = "", ...value] = pair.split("=");
    if (key === "" || value.length === 0) {
      throw new KptError("USAGE", `--as-user-extra must be key=value, got "${pair}"`);
    }
    extra.set(key, [...(extra.get(key) ?? []), value.join("=")]);
  }
  return extra;
}

/** kubectl's own rules and words. */
function checkUser(user: KubeconfigUser): void {
  const { name } = user;
  if (user.certFile !== undefined || user.certData !== undefined) {
    if (user.keyFile === undefined && user.keyData === undefined) {
      throw invalid(
        `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
      );
    }
  }
  if (user.token !== "" && (user.username !== "" || user.password !== "")) {
    throw invalid(
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    );
  }
  if (user.as === "" && (user.asUid !== "" || user.asGroups.length > 0 || user.asExtra.size > 0)) {
    throw invalid(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  }
  if (user.exec !== undefined && user.provider !== undefined) {
    throw invalid(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
  }
}

function invalid(what: string): KptError {
  return new KptError("KUBECONFIG_INVALID", `invalid configuration: ${what}`);
}

function parseServer(text: string): URL {
  try {
    const url = new URL(text.includes("://") ? text : `http://${text}`);
    if ((url.protocol === "https:" || url.protocol === "http:") && cleanText(text) === text) return url;
  } catch {
    // told below
  }
  // What stands before an `@` may be a password.
  const shown = text.replace(/^([^/]*\/\/)?.*@/s, "$1***@");
  throw new KptError("KUBECONFIG_INVALID", `the server must be an http or https address, got "${shown}"`);
}
