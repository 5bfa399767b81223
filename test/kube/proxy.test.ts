import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { loadConnection } from "../../src/kube/config.ts";
import { proxyFor } from "../../src/kube/proxy.ts";
import { ConnectProxy } from "./connect-proxy.ts";
import { FakeServer, pods, send } from "./fake-server.ts";
import { useCluster } from "./one-cluster.ts";

describe("a proxy between", () => {
  const { where, url, kubeconfig, open, askedWith } = useCluster();
  const proxy = new ConnectProxy();
  before(() => proxy.listen());
  after(() => proxy.close());
  beforeEach(() => {
    proxy.status = 200;
    proxy.asked.length = 0;
    proxy.authorizations.length = 0;
  });
  const through = (proxyUrl: string, server = url()): string =>
    kubeconfig("proxied", { token: "secret" }, {}, { server, "proxy-url": proxyUrl });

  test("that the kubeconfig names is asked for a tunnel, and sees nothing of the request", async () => {
    const { headers } = await askedWith({ kubeconfig: through(`http://${proxy.host}`) });
    assert.equal(headers.authorization, "Bearer secret");
    assert.deepEqual(proxy.asked, [new URL(url()).host]);
    assert.deepEqual(proxy.authorizations, [undefined]);
  });

  test("gets the user and password of its address", async () => {
    await askedWith({ kubeconfig: through(`http://jane:p%40ss@${proxy.host}`) });
    assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from("jane:p@ss").toString("base64")}`]);
  });

  test("one tunnel serves many requests", async () => {
    const client = await open({ kubeconfig: through(`http://${proxy.host}`) });
    for (let count = 0; count < 3; count++) await client.get(pods, "ns", "a");
    assert.equal(proxy.asked.length, 1);
    await client.close();
  });

  test("that can't be used is told, without its password", async () => {
    for (const [address, message] of [
      ["ftp://jane:secret@proxy", 'unsupported scheme "ftp" of the proxy, must be http, https, or socks5'],
      ["http://jane:secret@:port", 'the proxy must be an address, got "http://***@:port"'],
      ["jane:secret@proxy", 'unsupported scheme "jane" of the proxy, must be http, https, or socks5'],
      ["http://jane:secret%ff@proxy", "the user or password in the proxy's address is not encoded well"],
    ] as const) {
      await assert.rejects(askedWith({ kubeconfig: through(address) }), {
        code: "KUBECONFIG_INVALID",
        message,
      });
    }
  });

  test("that refuses or is gone is told, without its password", async () => {
    proxy.status = 407;
    const { host } = proxy;
    const server = new URL(url()).host;
    await assert.rejects(askedWith({ kubeconfig: through(`http://jane:secret@${host}`) }), {
      code: "CLUSTER_UNREACHABLE",
      message: `Unable to connect to the server: the proxy ${host} does not lead to ${server}: it answered with status 407`,
    });
    const gone = new ConnectProxy();
    await gone.listen();
    const left = gone.host;
    gone.close();
    await assert.rejects(askedWith({ kubeconfig: through(`http://jane:secret@${left}`) }), {
      code: "CLUSTER_UNREACHABLE",
      message: `Unable to connect to the server: the proxy ${left} does not lead to ${server}: connect ECONNREFUSED ${left}`,
    });
  });

  test("that says nothing is given up after the request timeout", async () => {
    proxy.status = undefined;
    const kept = { kubeconfig: through(`http://${proxy.host}`), requestTimeoutMs: 100 };
    await assert.rejects(askedWith(kept), { message: /no answer within the request timeout$/ });
  });

  test("of the environment is used for a server elsewhere, unless NO_PROXY names it", async () => {
    const env = { ...where.env, HTTPS_PROXY: `http://${proxy.host}` };
    const { port } = new URL(url());
    // The certificate is for localhost, where no proxy of the environment is asked: the name is told apart.
    const flags = {
      kubeconfig: kubeconfig(
        "elsewhere",
        { token: "secret" },
        {},
        { server: `https://cluster.test:${port}` },
      ),
      tlsServerName: "localhost",
    };
    await askedWith(flags, { ...where, env });
    assert.deepEqual(proxy.asked, [`cluster.test:${port}`]);
    const unproxied = { ...where, env: { ...env, NO_PROXY: "other.test,.test" } };
    await assert.rejects(askedWith(flags, unproxied), /no such host|does not answer/);
    assert.equal(proxy.asked.length, 1);
  });

  test("for a plain server is asked for a tunnel too", async () => {
    const plain = new FakeServer("http");
    plain.answer = (_, response) => send(response, 200, { kind: "Pod" });
    const server = await plain.listen();
    const client = await open({ kubeconfig: through(`http://${proxy.host}`, server) });
    await client.get(pods, "ns", "a");
    assert.equal(plain.seen.length, 1);
    assert.deepEqual(proxy.asked, [new URL(server).host]);
    await client.close();
    plain.close();
  });

  test("of the environment is checked before anything is sent", async () => {
    const env = { ...where.env, HTTPS_PROXY: "quic://jane:secret@proxy" };
    await assert.rejects(loadConnection({ server: "https://cluster.test" }, { ...where, env }), {
      message: 'unsupported scheme "quic" of the proxy, must be http, https, or socks5',
    });
  });
});

describe("the environment's proxy", () => {
  const rows: [server: string, env: Record<string, string>, proxy: string | undefined][] = [
    ["https://a.test", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    ["https://a.test", { https_proxy: "http://p:1" }, "http://p:1"],
    ["https://a.test", { HTTPS_PROXY: "p:1" }, "http://p:1"],
    ["https://a.test", { HTTP_PROXY: "http://p:1" }, undefined],
    ["http://a.test", { HTTP_PROXY: "http://p:1" }, "http://p:1"],
    ["https://localhost:6443", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["https://127.0.0.9", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["https://[::1]:6443", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, undefined],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "b.test, A.test" }, undefined],
    ["https://x.a.test", { HTTPS_PROXY: "http://p:1", no_proxy: "a.test" }, undefined],
    ["https://xa.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test" }, "http://p:1"],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: ".a.test" }, "http://p:1"],
    ["https://x.a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "*.a.test" }, undefined],
    ["https://a.test:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test:6443" }, undefined],
    ["https://a.test:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test:443" }, "http://p:1"],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test:443" }, undefined],
    ["https://10.1.2.3", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/8" }, undefined],
    ["https://11.1.2.3", { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.0.0.0/8" }, "http://p:1"],
    ["https://[fd00::5]", { HTTPS_PROXY: "http://p:1", NO_PROXY: "fd00::5" }, undefined],
    ["https://[fd00::5]", { HTTPS_PROXY: "http://p:1", NO_PROXY: "fd00::/8" }, undefined],
    ["https://[fe00::5]", { HTTPS_PROXY: "http://p:1", NO_PROXY: "fd00::/8" }, "http://p:1"],
    ["https://a.test", { HTTPS_PROXY: "http://p:1", NO_PROXY: "a/b/c,10.0.0.0/x,:::" }, "http://p:1"],
  ];
  for (const [server, env, proxy] of rows) {
    test(`${server} with ${JSON.stringify(env)}: ${proxy ?? "none"}`, () => {
      assert.equal(proxyFor(new URL(server), env), proxy);
    });
  }
});
