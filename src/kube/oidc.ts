import { request as httpsRequest } from "node:https";
import { KptError, messageOf } from "../core/error.ts";
import { type Json, textAt, valueAt } from "../core/json.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { writeFileAtomically } from "../host/files.ts";
import { readSmallFile } from "../host/small-file.ts";
import type { KubeconfigUser } from "./kubeconfig.ts";

type Provider = NonNullable<KubeconfigUser["provider"]>;

const earlyMs = 10_000;
const limitMs = 15_000;
const maxAnswerBytes = 1 << 20;

/**
 * The id token of a user that logs in by OpenID Connect, refreshed where it has expired. As kubectl does, the new
 * tokens are written into the kubeconfig: many issuers accept a refresh token only once.
 */
export async function idToken(
  user: string,
  { name, config, file }: Provider,
  now: number,
): Promise<{ token: string; expires: number }> {
  if (name !== "oidc") throw unknownProvider(name);
  const token = config.get("id-token") ?? "";
  const expires = token === "" ? 0 : expiryOf(token);
  if (expires > now) return { token, expires };
  const refresh = config.get("refresh-token") ?? "";
  if (refresh === "") throw refused("No valid id-token, and cannot refresh without refresh-token");
  const issuer = config.get("idp-issuer-url") ?? "";
  const client = config.get("client-id") ?? "";
  if (issuer === "") throw refused("Must provide idp-issuer-url");
  if (client === "") throw refused("Must provide client-id");
  const ca = authorityOf(config);
  const endpoint = await tokenEndpoint(issuer, ca);
  const answer = await redeem(endpoint, { refresh, client, secret: config.get("client-secret") ?? "" }, ca);
  const fresh = textAt(answer, "id_token") ?? "";
  if (fresh === "") {
    throw refused("token response did not contain an id_token: the login must ask for the scope openid");
  }
  keep(file, user, { "id-token": fresh, "refresh-token": textAt(answer, "refresh_token") ?? refresh });
  return { token: fresh, expires: expiryOf(fresh) };
}

function unknownProvider(name: string): KptError {
  if (name === "gcp" || name === "azure") {
    return new KptError("KUBECONFIG_INVALID", `the ${name} auth provider was removed from Kubernetes`, {
      hint: name === "gcp" ? "use the gke-gcloud-auth-plugin" : "use kubelogin",
    });
  }
  return new KptError("KUBECONFIG_INVALID", `no Auth Provider found for name "${name}"`);
}

function authorityOf(config: Provider["config"]): Buffer | undefined {
  const data = config.get("idp-certificate-authority-data") ?? "";
  if (data !== "") return Buffer.from(data, "base64");
  const path = config.get("idp-certificate-authority") ?? "";
  return path === "" ? undefined : readSmallFile(path);
}

/** Milliseconds since the epoch, a little early: clocks differ. */
function expiryOf(token: string): number {
  const [, payload, , more] = token.split(".");
  try {
    if (payload === undefined || more !== undefined) throw new Error();
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Json;
    return Number(valueAt(claims, "exp")) * 1000 - earlyMs || 0;
  } catch {
    throw refused("ID Token is not a valid JWT");
  }
}

async function tokenEndpoint(issuer: string, ca: Buffer | undefined): Promise<string> {
  const { status, body } = await ask(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, { ca });
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

async function redeem(
  endpoint: string,
  { refresh, client, secret }: Grant,
  ca: Buffer | undefined,
): Promise<Json> {
  const form = { grant_type: "refresh_token", refresh_token: refresh };
  const open = new URLSearchParams({ ...form, client_id: client });
  if (secret !== "") open.set("client_secret", secret);
  const pair = `${encodeURIComponent(client)}:${encodeURIComponent(secret)}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  // Issuers take the client's secret in one of two ways and refuse the other.
  let { status, body } = await ask(
    endpoint,
    secret === "" ? { ca, form: open } : { ca, form: new URLSearchParams(form), authorization },
  );
  if (secret !== "" && (status === 400 || status === 401))
    ({ status, body } = await ask(endpoint, { ca, form: open }));
  if (status === 200) return body;
  // Descriptions may repeat what was sent: only the code is told.
  const code = textAt(body, "error") ?? "";
  const reason = /^[\w.-]{1,60}$/.test(code) ? `"${code}"` : `status ${status}`;
  throw refused(`failed to refresh token: ${reason}`, "log in again with the tool that wrote the kubeconfig");
}

interface Question {
  ca: Buffer | undefined;
  form?: URLSearchParams;
  authorization?: string;
}

/** Redirects are answers like others: they are not followed, as they could carry the token away. */
function ask(
  address: string,
  { ca, form, authorization }: Question,
): Promise<{ status: number; body: Json }> {
  if (!URL.canParse(address) || new URL(address).protocol !== "https:") {
    throw refused("the issuer must have an https address");
  }
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void =>
      reject(refused(`the issuer ${new URL(address).host} does not answer: ${messageOf(thrown)}`));
    const request = httpsRequest(
      address,
      {
        method: form === undefined ? "GET" : "POST",
        headers: {
          accept: "application/json",
          ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
          ...(authorization === undefined ? {} : { authorization }),
        },
        signal: AbortSignal.timeout(limitMs),
        ...(ca === undefined ? {} : { ca }),
      },
      response => {
        const pieces: Buffer[] = [];
        let size = 0;
        response.on("error", fail);
        response.on("data", (piece: Buffer) => {
          size += piece.length;
          pieces.push(piece);
          if (size > maxAnswerBytes) response.destroy(new Error("its answer is too large"));
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: jsonOf(pieces) }));
      },
    );
    request.on("error", fail);
    request.end(form?.toString());
  });
}

function jsonOf(pieces: readonly Buffer[]): Json {
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8")) as Json;
  } catch {
    return null;
  }
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
