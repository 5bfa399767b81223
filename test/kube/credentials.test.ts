import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadConnection } from "../../src/kube/config.ts";
import { issueCredentials } from "../../src/sandbox/certificate.ts";
import { FakeServer, identity, pods, send } from "./fake-server.ts";
import { base64, useCluster } from "./one-cluster.ts";

describe("who a request comes from", () => {
  const { folder, server, where, url, kubeconfig, open, askedWith, rejectsWith } = useCluster();
  test("the context gives the namespace, a flag overrides it", async () => {
    const file = kubeconfig("plain", { token: "t" });
    assert.equal((await loadConnection({ kubeconfig: file }, where)).namespace, "team");
    const second = await loadConnection({ kubeconfig: file, context: "second" }, where);
    assert.equal(second.namespace, "default");
    const flagged = await loadConnection({ kubeconfig: file, namespace: "mine" }, where);
    assert.deepEqual([flagged.namespace, flagged.hasExplicitNamespace], ["mine", true]);
    await assert.rejects(loadConnection({ kubeconfig: file, context: "third" }, where), {
      message: 'context "third" does not exist',
      hint: "known contexts: first, second",
    });
  });

  test("several files are one configuration, the first one wins", async () => {
    const one = kubeconfig("one", { token: "one" });
    const two = kubeconfig("two", { token: "two" }, { "current-context": "second" });
    const users = join(folder, "users");
    writeFileSync(users, JSON.stringify({ users: [{ name: "other", user: { token: "three" } }] }));
    const env = { ...where.env, KUBECONFIG: `${one}:${join(folder, "missing")}:${two}:${users}:/dev/null` };
    assert.equal((await loadConnection({}, { ...where, env })).contextName, "first");
    assert.equal((await askedWith({}, { ...where, env })).headers.authorization, "Bearer one");
    const other = await askedWith({ user: "other" }, { ...where, env });
    assert.equal(other.headers.authorization, "Bearer three");
  });

  test("tokens and passwords become headers", async () => {
    const file = kubeconfig("token", { token: "t" });
    assert.equal((await askedWith({ kubeconfig: file })).headers.authorization, "Bearer t");
    assert.equal((await askedWith({ kubeconfig: file, token: "f" })).headers.authorization, "Bearer f");
    const basic = kubeconfig("basic", { username: "u", password: "p" });
    assert.equal((await askedWith({ kubeconfig: basic })).headers.authorization, "Basic dTpw");
    const flagged = await askedWith({ kubeconfig: kubeconfig("none", {}), username: "u", password: "p" });
    assert.equal(flagged.headers.authorization, "Basic dTpw");
    await rejectsWith(
      { kubeconfig: kubeconfig("both", { token: "secret", username: "u" }) },
      {
        message:
          "invalid configuration: more than one authentication method found for u; found [token basicAuth], only one is allowed",
      },
    );
  });

  test("nothing secret goes over plain http", async () => {
    const plain = new FakeServer("http");
    plain.answer = (_, response) => send(response, 200, { kind: "Pod" });
    const client = await open({ server: await plain.listen(), token: "secret", as: "jane" });
    await client.get(pods, "ns", "a");
    assert.equal(plain.seen[0]?.headers.authorization, undefined);
    assert.equal(plain.seen[0]?.headers["impersonate-user"], "jane");
    await client.close();
    plain.close();
  });

  test("a token in a file is read again, relative to its kubeconfig", async () => {
    mkdirSync(join(folder, "deep"));
    const file = kubeconfig("deep/config", { tokenFile: "my-token" });
    writeFileSync(join(folder, "deep/my-token"), "one\n");
    let now = 1_000_000;
    const client = await open({ kubeconfig: file }, { ...where, now: () => now });
    await client.get(pods, "ns", "a");
    writeFileSync(join(folder, "deep/my-token"), "two\n");
    await client.get(pods, "ns", "a");
    assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer one");
    now += 61_000;
    await client.get(pods, "ns", "a");
    assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer two");
    await client.close();
  });

  test("a pod uses its service account", async () => {
    const serviceAccountFolder = join(folder, "account");
    mkdirSync(serviceAccountFolder);
    writeFileSync(join(serviceAccountFolder, "token"), "of-the-pod");
    writeFileSync(join(serviceAccountFolder, "ca.crt"), identity.authority);
    writeFileSync(join(serviceAccountFolder, "namespace"), "its-namespace\n");
    const { hostname, port } = new URL(url());
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const pod = { ...where, env, serviceAccountFolder };
    assert.equal((await askedWith({}, pod)).headers.authorization, "Bearer of-the-pod");
    assert.equal((await loadConnection({}, pod)).namespace, "its-namespace");
    assert.equal((await loadConnection({ server: "http://other" }, pod)).server.href, "http://other/");
    const outside = await loadConnection({}, { ...pod, serviceAccountFolder: join(folder, "nowhere") });
    assert.equal(outside.server.href, "http://localhost:8080/");
  });

  describe("impersonation", () => {
    const asked = {
      token: "t",
      as: "jane",
      "as-uid": "42",
      "as-groups": ["a", "b"],
      "as-user-extra": { "example.com/Scopes": ["x", "y"] },
    };

    test("comes from the kubeconfig", async () => {
      const { headers } = await askedWith({ kubeconfig: kubeconfig("as", asked) });
      assert.equal(headers["impersonate-user"], "jane");
      assert.equal(headers["impersonate-uid"], "42");
      assert.equal(headers["impersonate-group"], "a, b");
      assert.equal(headers["impersonate-extra-example.com%2fscopes"], "x, y");
    });

    test("is replaced by flags", async () => {
      const { headers } = await askedWith({
        kubeconfig: kubeconfig("as-flags", asked),
        as: "joe",
        asUid: "7",
        asGroups: ["c"],
        asUserExtra: ["reason=a=b", "reason=c"],
      });
      assert.equal(headers["impersonate-user"], "joe");
      assert.equal(headers["impersonate-uid"], "7");
      assert.equal(headers["impersonate-group"], "c");
      assert.equal(headers["impersonate-extra-reason"], "a=b, c");
      assert.equal(headers["impersonate-extra-example.com%2fscopes"], undefined);
    });

    test("of groups needs a user", () =>
      rejectsWith(
        { kubeconfig: kubeconfig("as-groups", { "as-groups": ["a"] }) },
        {
          message:
            "invalid configuration: requesting uid, groups or user-extra for u without impersonating a user",
        },
      ));

    test("with line breaks is refused", () =>
      rejectsWith(
        { kubeconfig: kubeconfig("as-lines", { as: "jane\r\nAuthorization: x" }) },
        { message: /^the impersonated name of user "u" has a line break/ },
      ));
  });

  describe("client certificates", () => {
    const client = issueCredentials(Date.now());
    const fingerprint = new X509Certificate(client.certificate).fingerprint256;

    test("in the kubeconfig, in files beside it, and in flags are shown to the server", async () => {
      const inline = kubeconfig("cert-data", {
        "client-certificate-data": base64(client.certificate),
        "client-key-data": base64(client.key),
      });
      writeFileSync(join(folder, "client.crt"), client.certificate);
      writeFileSync(join(folder, "client.key"), client.key);
      const files = kubeconfig("cert-files", {
        "client-certificate": "client.crt",
        "client-key": "client.key",
      });
      const none = kubeconfig("cert-none", {});
      assert.equal((await askedWith({ kubeconfig: inline })).certificate, fingerprint);
      assert.equal((await askedWith({ kubeconfig: files })).certificate, fingerprint);
      const flags = { kubeconfig: none, clientCertificate: "client.crt", clientKey: "client.key" };
      assert.equal((await askedWith(flags)).certificate, fingerprint);
      assert.equal((await askedWith({ kubeconfig: none })).certificate, undefined);
    });

    test("that are garbage or lack their key are told, without their text", async () => {
      const garbage = { "client-certificate-data": base64("secret"), "client-key-data": base64("secret") };
      await rejectsWith(
        { kubeconfig: kubeconfig("cert-garbage", garbage) },
        { message: /^the client certificate can't be used: / },
      );
      await rejectsWith(
        { kubeconfig: kubeconfig("cert-alone", { "client-certificate-data": base64(client.certificate) }) },
        {
          message:
            "invalid configuration: client-key-data or client-key must be specified for u to use the clientCert authentication method.",
        },
      );
    });
  });

  describe("the server's certificate", () => {
    test("must come from the authority of the cluster", async () => {
      const other = base64(issueCredentials(Date.now()).authority);
      const file = kubeconfig("ca-other", {}, {}, { "certificate-authority-data": other });
      await rejectsWith(
        { kubeconfig: file },
        { message: /^Unable to connect to the server: /, code: "CLUSTER_UNREACHABLE" },
      );
      const none = kubeconfig("ca-none", {}, {}, { "certificate-authority-data": undefined });
      await rejectsWith({ kubeconfig: none }, { code: "CLUSTER_UNREACHABLE" });
      await askedWith({ kubeconfig: none, insecureSkipTlsVerify: true });
      writeFileSync(join(folder, "ca.pem"), identity.authority);
      await askedWith({ kubeconfig: file, certificateAuthority: "ca.pem" });
      const system = { ...where, env: { ...where.env, SSL_CERT_FILE: join(folder, "ca.pem") } };
      await askedWith({ kubeconfig: none }, system);
    });

    test("must have the name that was asked for", async () => {
      const file = kubeconfig("names", {});
      await askedWith({ kubeconfig: file, tlsServerName: "localhost" });
      await rejectsWith({ kubeconfig: file, tlsServerName: "example.com" }, { code: "CLUSTER_UNREACHABLE" });
    });
  });
});
