import { createSecureContext } from "node:tls";
import { KptError, messageOf } from "../core/error.ts";
import { readSmallFile } from "../host/small-file.ts";
import { systemAuthorities } from "./authorities.ts";
import { isControlled } from "./clean-text.ts";
import type { Credentials } from "./connection.ts";
import { type PluginSurroundings, runCredentialPlugin } from "./exec-plugin.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig.ts";
import { tunnel } from "./tunnel.ts";

/** Credentials in files are read again after this time, as tokens of service accounts rotate. */
const filesLiveMs = 60_000;

export interface SignerFacts {
  cluster: KubeconfigCluster;
  user: KubeconfigUser;
  server: URL;
  proxyUrl: string | undefined;
}

interface Signed {
  credentials: Credentials;
  /** Milliseconds since the epoch. */
  until: number;
}

/**
 * Gives what requests are signed with. Whoever was refused hands in what he had, and gets something newer
 * where there is something. Many may ask at once: the plugin runs once.
 */
export function createSigner(
  facts: SignerFacts,
  surroundings: PluginSurroundings & { now?: () => number },
  requestTimeoutMs: number,
): (refused?: Credentials) => Promise<Credentials> {
  const now = surroundings.now ?? Date.now;
  let kept: Signed | undefined;
  let pending: Promise<Signed> | undefined;
  return async refused => {
    if (kept !== undefined && kept.credentials !== refused && now() < kept.until) return kept.credentials;
    if (kept !== undefined && kept.until === Infinity && facts.user.exec === undefined)
      return kept.credentials;
    pending ??= read(facts, surroundings, requestTimeoutMs, now).finally(() => {
      pending = undefined;
    });
    kept = await pending;
    return kept.credentials;
  };
}

async function read(
  { cluster, user, server, proxyUrl }: SignerFacts,
  surroundings: PluginSurroundings,
  requestTimeoutMs: number,
  now: () => number,
): Promise<Signed> {
  const headers: Record<string, string | string[]> = {};
  const credentials: Credentials = { headers };
  let until = Infinity;
  impersonate(headers, user);
  // As kubectl does: nothing secret goes over a connection that anybody can read.
  if (server.protocol === "https:") {
    const ca = cluster.skipTlsVerify
      ? undefined
      : (cluster.caData ?? fileOf(cluster.caFile) ?? systemAuthorities(surroundings.env));
    if (ca !== undefined) credentials.ca = ca;
    const cert = user.certData ?? fileOf(user.certFile);
    const key = user.keyData ?? fileOf(user.keyFile);
    if (cert !== undefined && key !== undefined) Object.assign(credentials, { cert, key });
    const authorization = authorizationOf(user);
    if (authorization !== undefined) headers["Authorization"] = authorization;
    const isIdentified = authorization !== undefined || credentials.cert !== undefined;
    const readsFiles = [cluster.caFile, user.certFile, user.keyFile, user.tokenFile].some(Boolean);
    if (readsFiles) until = now() + filesLiveMs;
    if (!isIdentified && user.exec !== undefined) {
      const answer = await runCredentialPlugin(user.name, user.exec, {
        ...surroundings,
        limitMs: requestTimeoutMs,
        cluster: shownToPlugin(cluster, credentials.ca),
      });
      if (answer.token !== undefined) headers["Authorization"] = bearer(answer.token, user);
      if (answer.cert !== undefined) Object.assign(credentials, { cert: answer.cert, key: answer.key });
      until = answer.expires ?? Infinity;
    }
    if (!isIdentified && user.provider !== undefined) {
      const { idToken } = await import("./oidc.ts");
      const answer = await idToken(user.name, user.provider, {
        env: surroundings.env,
        cwd: surroundings.cwd,
        now: now(),
        limitMs: requestTimeoutMs,
        ...(surroundings.signal === undefined ? {} : { signal: surroundings.signal }),
      });
      headers["Authorization"] = bearer(answer.token, user);
      until = answer.expires;
    }
    checkCertificates(credentials);
  }
  for (const [name, value] of Object.entries(headers)) {
    if ([value].flat().some(isControlled)) {
      const what = name === "Authorization" ? "token" : "impersonated name";
      throw new KptError(
        "KUBECONFIG_INVALID",
        `the ${what} of user "${user.name}" has a line break or another character that a header can't carry`,
      );
    }
  }
  if (proxyUrl !== undefined) {
    const { skipTlsVerify, tlsServerName } = cluster;
    credentials.proxyAgent = await tunnel(server, proxyUrl, { ...credentials, skipTlsVerify, tlsServerName });
  }
  return { credentials, until };
}

function fileOf(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readSmallFile(path);
  } catch (thrown) {
    throw new KptError("KUBECONFIG_INVALID", `unable to read credentials: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function authorizationOf(user: KubeconfigUser): string | undefined {
  // A file with a token is the newer one: it is what rotates.
  const token = fileOf(user.tokenFile)?.toString("utf8").trim() || user.token;
  if (token !== "") return bearer(token, user);
  if (user.username === "" && user.password === "") return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;
}

function bearer(token: string, user: KubeconfigUser): string {
  if (token.trim() !== token || token === "") {
    throw new KptError("KUBECONFIG_INVALID", `the token of user "${user.name}" begins or ends with blanks`);
  }
  return `Bearer ${token}`;
}

/** Each value of a list is a header line of its own, as Kubernetes documents. */
function impersonate(headers: Record<string, string | string[]>, user: KubeconfigUser): void {
  if (user.as === "") return;
  headers["Impersonate-User"] = user.as;
  if (user.asUid !== "") headers["Impersonate-Uid"] = user.asUid;
  if (user.asGroups.length > 0) headers["Impersonate-Group"] = [...user.asGroups];
  for (const [key, values] of user.asExtra) {
    headers[`Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`] = [...values];
  }
}

function shownToPlugin(cluster: KubeconfigCluster, ca: Buffer | undefined) {
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === "" ? {} : { "tls-server-name": cluster.tlsServerName }),
    ...(cluster.skipTlsVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(ca === undefined ? {} : { "certificate-authority-data": ca.toString("base64") }),
    ...(cluster.proxyUrl === "" ? {} : { "proxy-url": cluster.proxyUrl }),
    config: cluster.pluginConfig ?? null,
  };
}

/** Told here, with the name of what is wrong, rather than by the first connection. */
function checkCertificates({ ca, cert, key }: Credentials): void {
  const parts = [
    ["certificate authority of the cluster", ca === undefined ? undefined : { ca }],
    ["client certificate", cert === undefined || key === undefined ? undefined : { cert, key }],
  ] as const;
  for (const [what, options] of parts) {
    if (options === undefined) continue;
    try {
      createSecureContext(options);
    } catch (thrown) {
      throw new KptError("KUBECONFIG_INVALID", `the ${what} can't be used: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  }
}
