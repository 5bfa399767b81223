import { resolve } from "node:path";
import { KptError, messageOf } from "../core/error.ts";
import { type Json, textAt, valueAt } from "../core/json.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { writeFileAtomically } from "../host/files.ts";
import { readSmallFile } from "../host/small-file.ts";
import { systemAuthorities } from "./authorities.ts";
import { askIssuer, type IssuerAnswer, type IssuerQuestion } from "./issuer.ts";
import { type KubeconfigUser, parseKubeconfig } from "./kubeconfig.ts";

type Provider = NonNullable<KubeconfigUser["provider"]>;

export interface LoginSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  now: number;
  signal?: AbortSignal;
  /** How long an answer of the issuer may take; 0 leaves it to us. */
  limitMs: number;
}

type Ask = (
  address: string,
  question?: Pick<IssuerQuestion, "form" | "authorization">,
) => Promise<IssuerAnswer>;

const earlyMs = 10_000;
const limitMs = 15_000;
/** A new token is used for this long even if it seems to have expired: clocks differ. */
const leastMs = 60_000;

/**
 * The id token of a user that logs in by OpenID Connect, refreshed where it has expired. As kubectl does, the new
 * tokens are written into the kubeconfig: many issuers accept a refresh token only once.
 */
export async function idToken(
  user: string,
  provider: Provider,
  where: LoginSurroundings,
): Promise<{ token: string; expires: number }> {
  if (provider.name !== "oidc") throw unknownProvider(provider.name);
  const read = usable(provider.config, where.now);
  if (read !== undefined) return read;
  // What was read at the start may be used up since, by this process or another.
  const config = latest(provider, user);
  const kept = usable(config, where.now);
  if (kept !== undefined) return kept;
  const refresh = config.get("refresh-token") ?? "";
  if (refresh === "") throw refused("No valid id-token, and cannot refresh without refresh-token");
  const issuer = config.get("idp-issuer-url") ?? "";
  const client = config.get("client-id") ?? "";
  if (issuer === "") throw refused("Must provide idp-issuer-url");
  if (client === "") throw refused("Must provide client-id");
  const common = {
    ca: authorityOf(config, where),
    env: where.env,
    limitMs: where.limitMs || limitMs,
    ...(where.signal === undefined ? {} : { signal: where.signal }),
  };
  const ask: Ask = (address, question = {}) => askIssuer(address, { ...common, ...question });
  const endpoint = await tokenEndpoint(issuer, ask);
  const answer = await redeem(endpoint, { refresh, client, secret: config.get("client-secret") ?? "" }, ask);
  const token = textAt(answer, "id_token") ?? "";
  if (token === "") {
    throw refused("token response did not contain an id_token: the login must ask for the scope openid");
  }
  const expires = Math.max(expiryOf(token), where.now + leastMs);
  keep(provider.file, user, {
    "id-token": token,
    "refresh-token": textAt(answer, "refresh_token") || refresh,
  });
  return { token, expires };
}

function usable(config: Provider["config"], now: number): { token: string; expires: number } | undefined {
  const token = config.get("id-token") ?? "";
  const expires = token === "" ? 0 : expiryOf(token);
  return expires > now ? { token, expires } : undefined;
}

function latest({ config, file }: Provider, user: string): Provider["config"] {
  try {
    return (
      parseKubeconfig(readSmallFile(file).toString("utf8"), file).users.get(user)?.provider?.config ?? config
    );
  } catch {
    return config;
  }
}

function unknownProvider(name: string): KptError {
  if (name === "gcp" || name === "azure") {
    return new KptError("KUBECONFIG_INVALID", `the ${name} auth provider was removed from Kubernetes`, {
      hint: name === "gcp" ? "use the gke-gcloud-auth-plugin" : "use kubelogin",
    });
  }
  return new KptError("KUBECONFIG_INVALID", `no Auth Provider found for name "${name}"`);
}

function authorityOf(config: Provider["config"], { env, cwd }: LoginSurroundings): Buffer | undefined {
  const data = config.get("idp-certificate-authority-data") ?? "";
  if (data !== "") return Buffer.from(data, "base64");
  const path = config.get("idp-certificate-authority") ?? "";
  if (path === "") return systemAuthorities(env);
  try {
    return readSmallFile(resolve(cwd, path));
  } catch (thrown) {
    throw refused(`failed to read the certificate authority: ${messageOf(thrown)}`);
  }
}

/** Milliseconds since the epoch, a little early: clocks differ. */
function expiryOf(token: string): number {
  try {
    const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token)?.[1];
    if (payload === undefined) throw new Error();
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Json;
    return Number(valueAt(claims, "exp")) * 1000 - earlyMs || 0;
  } catch {
    throw refused("ID Token is not a valid JWT");
  }
}

async function tokenEndpoint(issuer: string, ask: Ask): Promise<string> {
  const { status, body } = await ask(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (status !== 200) throw refused(`failed to query metadata endpoint: status ${status}`);
  const endpoint = textAt(body, "token_endpoint") ?? "";
  if (endpoint === "") throw refused("discovery object doesn't contain a token_endpoint");
  return endpoint;
}

interface Grant {
  refresh: string;
  client: string;
  secret: string;
}

async function redeem(endpoint: string, { refresh, client, secret }: Grant, ask: Ask): Promise<Json> {
  const form = { grant_type: "refresh_token", refresh_token: refresh };
  const open = new URLSearchParams({ ...form, client_id: client });
  if (secret !== "") open.set("client_secret", secret);
  const pair = `${encodeURIComponent(client)}:${encodeURIComponent(secret)}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  // Issuers take the client's secret in one of two ways and refuse the other.
  let { status, body } = await ask(
    endpoint,
    secret === "" ? { form: open } : { form: new URLSearchParams(form), authorization },
  );
  if (secret !== "" && (status === 400 || status === 401))
    ({ status, body } = await ask(endpoint, { form: open }));
  if (status === 200) return body;
  // Descriptions may repeat what was sent: only the code is told.
  const code = textAt(body, "error") ?? "";
  const reason = /^[\w.-]{1,60}$/.test(code) ? `"${code}"` : `status ${status}`;
  throw refused(`failed to refresh token: ${reason}`, "log in again with the tool that wrote the kubeconfig");
}

/** Everything else in the file stays as it is, byte for byte. */
function keep(file: string, user: string, tokens: Readonly<Record<string, string>>): void {
  const yaml = parseYaml(readSmallFile(file).toString("utf8"), { file });
  const root = yaml.documents[0]?.root;
  const users = root?.kind === "map" ? root.get("users") : undefined;
  const entry =
    users?.kind === "seq"
      ? users.items.find(item => item.kind === "map" && item.text("name") === user)
      : undefined;
  const config = entry?.kind === "map" ? entry.getIn(["user", "auth-provider", "config"]) : undefined;
  if (config?.kind !== "map") return;
  for (const [name, token] of Object.entries(tokens)) config.set(name, token);
  try {
    writeFileAtomically(file, yaml.toString());
  } catch (thrown) {
    throw refused(`could not persist new tokens: ${messageOf(thrown)}`);
  }
}

function refused(reason: string, hint?: string): KptError {
  return new KptError("KUBECONFIG_INVALID", `oidc: ${reason}`, hint === undefined ? {} : { hint });
}
