import { existsSync } from "node:fs";
import type { Agent } from "node:http";
import { delimiter, join, resolve } from "node:path";
import type { KubeConfig as OfficialConfig } from "@kubernetes/client-node/dist/config.js";
import type { Cluster, Context, User } from "@kubernetes/client-node/dist/config_types.js";
import { KptError, messageOf } from "../core/error.ts";
import type { JsonMap } from "../core/json.ts";
import type { Connection, Credentials } from "./connection.ts";
import { runCredentialPlugin } from "./exec-plugin.ts";
import { proxyFor } from "./proxy.ts";

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
  namespace?: string | undefined;
  requestTimeoutMs?: number | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  tlsServerName?: string | undefined;
}

export interface ConfigSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal?: AbortSignal;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Credentials in files are read again after this time, as tokens of service accounts rotate. */
const credentialsLiveMs = 60_000;

/** The cluster, the user and the namespace that kubectl would use for the same flags and environment. */
export async function loadConnection(
  flags: ConnectionFlags,
  { env, cwd, signal }: ConfigSurroundings,
): Promise<Connection> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  const files = configFiles(flags, env, cwd);
  const isInCluster = files.length === 0 && loadInCluster(config, env);
  if (!isInCluster) mergeFiles(config, files, () => new KubeConfig());
  const context = chooseContext(config, flags);
  const cluster = chooseCluster(config, context, flags, cwd);
  const user = chooseUser(config, context, flags, cwd);
  const namespace = flags.namespace || context?.namespace || "default";
  const server = parseServer(cluster.server);
  const proxyUrl = cluster.proxyUrl ?? proxyFor(server, env);
  const exec = user.exec as JsonMap | undefined;
  const chosen = new KubeConfig();
  chosen.loadFromClusterAndUser(
    // The official client refuses plain http without this; on http there is no certificate to check.
    {
      ...cluster,
      skipTLSVerify: cluster.skipTLSVerify || server.protocol === "http:",
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
    },
    { ...user, name: user.name, exec: undefined },
  );
  let kept: { credentials: Credentials; until: number } | undefined;
  const read = async (): Promise<Credentials> => {
    const options: SignedOptions = { headers: {} };
    await wrapErrors(() => chosen.applyToHTTPSOptions(options));
    const headers: Record<string, string> = { ...options.headers };
    if (options.auth !== undefined) {
      headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    }
    impersonate(headers, flags);
    const credentials: Credentials = { headers };
    for (const name of ["ca", "cert", "key"] as const) {
      const value = options[name];
      if (value !== undefined) credentials[name] = value;
    }
    if (proxyUrl !== undefined && options.agent !== undefined) credentials.proxyAgent = options.agent;
    if (exec === undefined) return credentials;
    const shown = { server: cluster.server, "tls-server-name": cluster.tlsServerName ?? "" };
    const answer = await runCredentialPlugin(exec, { env, cwd, signal, cluster: shown });
    if (answer.token !== undefined) headers["Authorization"] = `Bearer ${answer.token}`;
    if (answer.cert !== undefined && answer.key !== undefined) {
      credentials.cert = answer.cert;
      credentials.key = answer.key;
    }
    if (answer.expires !== undefined) credentials.expires = answer.expires;
    return credentials;
  };
  return {
    server,
    contextName: context?.name ?? "",
    namespace,
    hasExplicitNamespace: (flags.namespace ?? "") !== "",
    requestTimeoutMs: flags.requestTimeoutMs ?? 0,
    skipTlsVerify: cluster.skipTLSVerify,
    tlsServerName: cluster.tlsServerName,
    async credentials(isRefused: boolean): Promise<Credentials> {
      if (kept !== undefined && !isRefused && Date.now() < kept.until) return kept.credentials;
      const credentials = await read();
      const until = exec === undefined ? Date.now() + credentialsLiveMs : (credentials.expires ?? Infinity);
      kept = { credentials, until };
      return credentials;
    },
  };
}

interface SignedOptions {
  headers: Record<string, string>;
  auth?: string;
  agent?: Agent;
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
}

/** The namespace of the kubeconfig's context, for commands that don't reach for the cluster. */
export async function contextNamespace(flags: ConnectionFlags, where: ConfigSurroundings): Promise<string> {
  return (await loadConnection(flags, where)).namespace;
}

function configFiles(flags: ConnectionFlags, env: ConfigSurroundings["env"], cwd: string): string[] {
  if (flags.kubeconfig) return [resolve(cwd, flags.kubeconfig)];
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter(name => name !== "");
  if (listed.length > 0) return listed.map(name => resolve(cwd, name)).filter(existsSync);
  const home = env["HOME"] ?? env["USERPROFILE"];
  const usual = home === undefined ? undefined : join(home, ".kube", "config");
  return usual !== undefined && existsSync(usual) ? [usual] : [];
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

function loadInCluster(config: OfficialConfig, env: ConfigSurroundings["env"]): boolean {
  const host = env["KUBERNETES_SERVICE_HOST"];
  if (host === undefined || host === "" || !existsSync(join(serviceAccount, "token"))) return false;
  config.loadFromCluster();
  return true;
}

/** Several files are one configuration: what comes first wins, and the first current context. */
function mergeFiles(config: OfficialConfig, files: readonly string[], empty: () => OfficialConfig): void {
  config.clusters = [];
  config.users = [];
  config.contexts = [];
  for (const file of files) {
    const part = empty();
    try {
      part.loadFromFile(file);
    } catch (thrown) {
      const hint = "the file named by --kubeconfig or KUBECONFIG must be a kubeconfig";
      // The parser's excerpt of the file may show a credential: only its first line is told.
      const reason = messageOf(thrown).split("\n")[0] ?? "";
      throw new KptError("KUBECONFIG_INVALID", `error loading config file "${file}": ${reason}`, { hint });
    }
    config.currentContext ||= part.currentContext ?? "";
    addMissing(config.clusters, part.clusters);
    addMissing(config.users, part.users);
    addMissing(config.contexts, part.contexts);
  }
}

function addMissing<T extends { name: string }>(into: T[], from: readonly T[]): void {
  for (const item of from) {
    if (!into.some(known => known.name === item.name)) into.push(item);
  }
}

function chooseContext(config: OfficialConfig, flags: ConnectionFlags): Context | undefined {
  const name = flags.context || config.currentContext;
  if (!name) return undefined;
  const found = config.contexts.find(context => context.name === name);
  if (found === undefined) {
    throw new KptError("KUBECONFIG_INVALID", `context "${name}" does not exist`, {
      hint: `known contexts: ${config.contexts.map(context => context.name).join(", ") || "none"}`,
    });
  }
  return found;
}

function chooseCluster(
  config: OfficialConfig,
  context: Context | undefined,
  flags: ConnectionFlags,
  cwd: string,
): Cluster {
  const name = flags.cluster || context?.cluster;
  const found = config.clusters.find(cluster => cluster.name === name);
  if (found === undefined && name !== undefined && !flags.server) {
    throw new KptError("KUBECONFIG_INVALID", `cluster "${name}" does not exist`);
  }
  const cluster: Mutable<Cluster> = {
    ...(found ?? { name: name ?? "cluster", server: "http://localhost:8080", skipTLSVerify: false }),
  };
  if (flags.server) cluster.server = flags.server;
  if (flags.insecureSkipTlsVerify) {
    cluster.skipTLSVerify = true;
    delete cluster.caFile;
    delete (cluster as { caData?: string }).caData;
  }
  if (flags.certificateAuthority) cluster.caFile = resolve(cwd, flags.certificateAuthority);
  if (flags.tlsServerName) cluster.tlsServerName = flags.tlsServerName;
  return cluster;
}

function chooseUser(
  config: OfficialConfig,
  context: Context | undefined,
  flags: ConnectionFlags,
  cwd: string,
): User {
  const name = flags.user || context?.user;
  const found = config.users.find(user => user.name === name);
  if (found === undefined && flags.user) {
    throw new KptError("KUBECONFIG_INVALID", `auth info "${flags.user}" does not exist`);
  }
  const user: Mutable<User> = { ...(found ?? { name: name ?? "user" }) };
  const provider = user.authProvider?.name;
  if (provider === "gcp" || provider === "azure") {
    throw new KptError("KUBECONFIG_INVALID", `the ${provider} auth provider was removed from Kubernetes`, {
      hint: provider === "gcp" ? "use the gke-gcloud-auth-plugin" : "use kubelogin",
    });
  }
  if (flags.token) {
    user.token = flags.token;
    delete (user as { exec?: unknown }).exec;
    delete (user as { authProvider?: unknown }).authProvider;
  }
  if (flags.username) {
    user.username = flags.username;
    user.password = flags.password ?? "";
  }
  if (flags.clientCertificate) user.certFile = resolve(cwd, flags.clientCertificate);
  if (flags.clientKey) user.keyFile = resolve(cwd, flags.clientKey);
  if (flags.as) user.impersonateUser = flags.as;
  return user;
}

function impersonate(headers: Record<string, string>, flags: ConnectionFlags): void {
  if (flags.asUid) headers["Impersonate-Uid"] = flags.asUid;
  // Repeated header lines are the documented form; Node joins none for an unknown name.
  const groups = flags.asGroups ?? [];
  if (groups.length > 0) headers["Impersonate-Group"] = groups.join("\n");
}

function parseServer(text: string): URL {
  try {
    const url = new URL(text.includes("://") ? text : `http://${text}`);
    if (url.protocol === "https:" || url.protocol === "http:") return url;
  } catch {
    // told below
  }
  // What stands before an `@` may be a password.
  const shown = text.replace(/^([^/]*\/\/)?.*@/s, "$1***@");
  throw new KptError("KUBECONFIG_INVALID", `the server must be an http or https address, got "${shown}"`);
}

async function wrapErrors(apply: () => Promise<void>): Promise<void> {
  try {
    await apply();
  } catch (thrown) {
    throw new KptError("KUBECONFIG_INVALID", `unable to read credentials: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
