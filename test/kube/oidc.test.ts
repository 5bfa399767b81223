import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { KptError } from "../../src/core/error.ts";
import { ConnectProxy } from "./connect-proxy.ts";
import { type Answer, FakeServer, identity, pods, send } from "./fake-server.ts";
import { base64, useCluster } from "./one-cluster.ts";

const now = 1_700_000_000_000;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenUntil = (ms: number, mark = "secret"): string =>
  `${part({ alg: "none" })}.${part({ exp: Math.floor(ms / 1000), mark })}.c2VjcmV0`;
const fresh = tokenUntil(now + 3_600_000, "secret-fresh");
const stale = tokenUntil(now - 1000, "secret-stale");

describe("a login by OpenID Connect", () => {
  const { folder, where: anywhere, kubeconfig, open, askedWith, url } = useCluster();
  const where = { ...anywhere, now: () => now };
  const issuer = new FakeServer();
  let issuerUrl = "";
  before(async () => {
    issuerUrl = await issuer.listen();
  });
  after(() => issuer.close());
  beforeEach(() => {
    issuer.seen.length = 0;
    issuer.answer = issuing({ id_token: fresh, refresh_token: "secret-second" });
  });

  /** Its description, and one answer to whoever redeems a token. */
  const issuing =
    (tokens: unknown, status = 200): Answer =>
    (request, response) =>
      request.url === "/.well-known/openid-configuration"
        ? send(response, 200, { token_endpoint: `${issuerUrl}/token` })
        : send(response, status, tokens);

  const login = (config: object = {}): object => ({
    "auth-provider": {
      name: "oidc",
      config: {
        "client-id": "kpt",
        "id-token": stale,
        "refresh-token": "secret-first",
        "idp-issuer-url": issuerUrl,
        "idp-certificate-authority-data": base64(identity.authority),
        ...config,
      },
    },
  });
  const fails = async (config: object, message: string | RegExp, surroundings = where): Promise<void> => {
    const file = kubeconfig("failing", login(config));
    const before = readFileSync(file, "utf8");
    await assert.rejects(askedWith({ kubeconfig: file, requestTimeoutMs: 2000 }, surroundings), thrown => {
      assert.ok(thrown instanceof KptError, String(thrown));
      assert.equal(thrown.code, "KUBECONFIG_INVALID");
      assert.doesNotMatch(`${thrown.message}${thrown.hint ?? ""}`, /secret|c2VjcmV0/);
      if (typeof message === "string") assert.equal(thrown.message, message);
      else assert.match(thrown.message, message);
      return true;
    });
    assert.equal(readFileSync(file, "utf8"), before);
    assert.deepEqual(
      readdirSync(folder).filter(name => name.startsWith(".")),
      [],
    );
  };

  test("sends the token that is still good, and asks nobody", async () => {
    const file = kubeconfig("good", login({ "id-token": fresh }));
    assert.equal((await askedWith({ kubeconfig: file }, where)).headers.authorization, `Bearer ${fresh}`);
    assert.equal(issuer.seen.length, 0);
  });

  test("refreshes one that has expired, and keeps the new ones and the rest of the file", async () => {
    const yaml = (id: string, refresh: string): string => `# my clusters
apiVersion: v1
kind: Config
clusters:
- name: c # the only one
  cluster: {server: "${url()}", certificate-authority-data: ${base64(identity.authority)}}
contexts:
- context: {cluster: c, user: jane}
  name: c
current-context: c
users:
- name: other
  user:
    token: secret-other
- name: jane
  user:
    auth-provider:
      # by single sign-on
      config:
        client-id: kpt
        id-token: ${id} # short-lived
        idp-certificate-authority-data: ${base64(identity.authority)}
        idp-issuer-url: ${issuerUrl}/
        refresh-token: ${refresh}
      name: oidc
`;
    const file = join(folder, "commented");
    writeFileSync(file, yaml(stale, "secret-first"));
    chmodSync(file, 0o600);
    const seen = await askedWith({ kubeconfig: file }, where);
    assert.equal(seen.headers.authorization, `Bearer ${fresh}`);
    assert.equal(readFileSync(file, "utf8"), yaml(fresh, "secret-second"));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const [, redeemed] = issuer.seen;
    assert.deepEqual(Object.fromEntries(new URLSearchParams(redeemed?.body)), {
      grant_type: "refresh_token",
      refresh_token: "secret-first",
      client_id: "kpt",
    });
    assert.equal(redeemed?.headers.authorization, undefined);
  });

  test("many requests at once refresh it once; the next time it redeems the newer token", async () => {
    let time = now;
    let count = 0;
    issuer.answer = (request, response) =>
      issuing({ id_token: tokenUntil(now + ++count * 3_600_000), refresh_token: `secret-${count}` })(
        request,
        response,
      );
    const file = kubeconfig("rotating", login());
    const client = await open({ kubeconfig: file }, { ...where, now: () => time });
    await Promise.all([1, 2, 3].map(() => client.get(pods, "ns", "a")));
    assert.equal(issuer.seen.length, 2);
    time += 86_400_000;
    await client.get(pods, "ns", "a");
    const redeemed = issuer.seen
      .filter(({ method }) => method === "POST")
      .map(({ body }) => new URLSearchParams(body).get("refresh_token"));
    assert.deepEqual(redeemed, ["secret-first", "secret-2"]);
    await client.close();
  });

  test("takes what another program has refreshed meanwhile", async () => {
    let time = now;
    const file = kubeconfig("shared", login({ "id-token": tokenUntil(now + 60_000) }));
    const client = await open({ kubeconfig: file }, { ...where, now: () => time });
    await client.get(pods, "ns", "a");
    kubeconfig("shared", login({ "id-token": fresh }));
    time += 120_000;
    await client.get(pods, "ns", "a");
    assert.equal(issuer.seen.length, 0);
    await client.close();
  });

  test("keeps the refresh token where the issuer gives no other", async () => {
    issuer.answer = issuing({ id_token: fresh });
    const file = kubeconfig("same-refresh", login());
    await askedWith({ kubeconfig: file }, where);
    assert.match(readFileSync(file, "utf8"), /"refresh-token":"secret-first"/);
  });

  test("gives the client's secret as the issuer wants it", async () => {
    const file = kubeconfig("client-secret", login({ "client-secret": "s/1" }));
    issuer.answer = (request, response) =>
      request.headers.authorization === undefined
        ? issuing({ id_token: fresh })(request, response)
        : send(response, 401, { error: "invalid_client" });
    await askedWith({ kubeconfig: file }, where);
    const [, first, second] = issuer.seen;
    assert.equal(first?.headers.authorization, `Basic ${base64("kpt:s%2F1")}`);
    assert.equal(new URLSearchParams(second?.body).get("client_secret"), "s/1");
  });

  test("reaches its issuer through the proxy of the environment", async () => {
    const proxy = new ConnectProxy();
    await proxy.listen();
    const { port } = new URL(issuerUrl);
    const address = `https://localhost.test:${port}`;
    const env = { ...where.env, HTTPS_PROXY: `http://${proxy.host}` };
    const file = kubeconfig("proxied-issuer", login({ "idp-issuer-url": address }));
    // The issuer's certificate doesn't have that name: that the proxy was asked is what counts.
    await assert.rejects(
      askedWith({ kubeconfig: file }, { ...where, env }),
      /does not answer: .*localhost\.test/,
    );
    assert.deepEqual(proxy.asked, [`localhost.test:${port}`]);
    proxy.close();
  });

  const refusals: [what: string, answer: Answer, message: string | RegExp][] = [
    [
      "refuses the refresh token",
      issuing({ error: "invalid_grant", error_description: "secret-first" }, 400),
      'oidc: failed to refresh token: "invalid_grant"',
    ],
    [
      "answers with escape sequences",
      issuing({ error: "\u001b[2J secret" }, 400),
      "oidc: failed to refresh token: status 400",
    ],
    [
      "gives no id token",
      issuing({ access_token: "secret" }),
      "oidc: token response did not contain an id_token: the login must ask for the scope openid",
    ],
    ["gives no JWT", issuing({ id_token: "secret\nsecret" }), "oidc: ID Token is not a valid JWT"],
    ["answers with a number", issuing("7"), /did not contain an id_token/],
    ["answers with HTML", issuing("<html>secret</html>"), /did not contain an id_token/],
    ["answers without end", issuing("x".repeat(2 ** 21)), /does not answer: its answer is too large$/],
    [
      "redirects",
      (_, response) => send(response, 302, "", { location: "https://elsewhere/secret" }),
      "oidc: failed to query metadata endpoint: status 302",
    ],
    [
      "leads to a plain address",
      (_, response) => send(response, 200, { token_endpoint: "http://elsewhere/secret" }),
      "oidc: the issuer must have an https address",
    ],
    ["has no such endpoint", (_, response) => send(response, 200, {}), /doesn't contain a token_endpoint$/],
    ["breaks the connection", (_, response) => response.destroy(), /does not answer: socket hang up$/],
  ];
  for (const [what, answer, message] of refusals) {
    test(`an issuer that ${what} is told, and changes nothing`, async () => {
      issuer.answer = answer;
      await fails({}, message);
    });
  }

  test("an issuer that hangs is given up", async () => {
    issuer.answer = () => undefined;
    const file = kubeconfig("hanging", login());
    await assert.rejects(askedWith({ kubeconfig: file, requestTimeoutMs: 100 }, where), {
      message: `oidc: the issuer ${new URL(issuerUrl).host} does not answer: no answer within 0.1 s`,
    });
  });

  for (const [what, config, message] of [
    ["nothing to refresh with", { "refresh-token": "" }, /cannot refresh without refresh-token$/],
    ["no issuer", { "idp-issuer-url": "" }, "oidc: Must provide idp-issuer-url"],
    ["no client", { "client-id": "" }, "oidc: Must provide client-id"],
    ["a token that is none", { "id-token": "secret" }, "oidc: ID Token is not a valid JWT"],
    [
      "an issuer without TLS",
      { "idp-issuer-url": "http://x" },
      "oidc: the issuer must have an https address",
    ],
    [
      "an authority that is missing",
      { "idp-certificate-authority-data": "", "idp-certificate-authority": "nowhere.pem" },
      /^oidc: failed to read the certificate authority: .*nowhere\.pem/,
    ],
    [
      "an issuer that nobody has signed",
      { "idp-certificate-authority-data": "" },
      /does not answer: .*certificate/,
    ],
  ] as const) {
    test(`${what} is told`, () => fails(config, message));
  }

  for (const [name, hint] of [
    ["gcp", "use the gke-gcloud-auth-plugin"],
    ["azure", "use kubelogin"],
  ] as const) {
    test(`the provider ${name} is gone`, async () => {
      const file = kubeconfig(name, { "auth-provider": { name, config: {} } });
      await assert.rejects(askedWith({ kubeconfig: file }, where), {
        message: `the ${name} auth provider was removed from Kubernetes`,
        hint,
      });
    });
  }
});
