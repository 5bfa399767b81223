import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { KptError } from "../../src/core/error.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { type ConnectionFlags, loadConnection } from "../../src/kube/config.ts";
import { createHttpsTransport } from "../../src/kube/https.ts";
import { hurriedClock } from "./cluster.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on the loopback that answers whatever a test says, and remembers what it was asked. */
class FakeServer {
  readonly seen: { method: string; url: string; headers: IncomingMessage["headers"] }[] = [];
  answer: Answer = (_, response) => send(response, 200, {});
  readonly #server: Server = createServer((request, response) => {
    this.seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    this.answer(request, response);
  });

  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true, verbs: ["get"] };

describe("requests over the network", () => {
  const folder = mkdtempSync(join(tmpdir(), "kpt-connection-"));
  const server = new FakeServer();
  const other = new FakeServer();
  let url = "";
  let otherUrl = "";
  before(async () => {
    url = await server.listen();
    otherUrl = await other.listen();
  });
  after(() => {
    server.close();
    other.close();
    rmSync(folder, { recursive: true });
  });

  const where = { env: { PATH: process.env["PATH"], HOME: folder }, cwd: folder };
  const open = async (flags: ConnectionFlags): Promise<KubeClient> => {
    const connection = await loadConnection(flags, where);
    return new KubeClient(createHttpsTransport(connection), { clock: hurriedClock });
  };

  test("a redirect is not followed, and nobody else gets the token", async () => {
    server.answer = (_, response) => send(response, 307, "", { location: `${otherUrl}/steal` });
    const client = await open({ server: url, token: "secret-token" });
    await assert.rejects(client.get(pods, "ns", "a"), {
      message: "Error from server: the server answered with a redirect (307), which is not followed",
    });
    assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer secret-token");
    assert.equal(other.seen.length, 0);
    await client.close();
  });

  test("names are encoded, and the server's path goes before them", async () => {
    server.answer = (_, response) => send(response, 200, { kind: "Pod" });
    const client = await open({ server: `${url}/k8s/clusters/c-1/` });
    await client.get(pods, "../x", "a/b?c");
    assert.equal(server.seen.at(-1)?.url, "/k8s/clusters/c-1/api/v1/namespaces/..%2Fx/pods/a%2Fb%3Fc");
    await client.close();
  });

  test("a busy server is asked again after the time it names", async () => {
    let count = 0;
    server.answer = (_, response) =>
      ++count < 3
        ? send(response, 429, { kind: "Status", message: "slow down" }, { "retry-after": "1" })
        : send(response, 200, { kind: "Pod" });
    const client = await open({ server: url });
    await client.get(pods, "ns", "a");
    assert.equal(count, 3);
    await client.close();
  });

  test("a refused connection is told at once, as kubectl does", async () => {
    const gone = new FakeServer();
    const address = await gone.listen();
    gone.close();
    const client = await open({ server: address });
    const { hostname, port } = new URL(address);
    await assert.rejects(client.get(pods, "ns", "a"), {
      code: "CLUSTER_UNREACHABLE",
      message: `The connection to the server ${hostname}:${port} was refused - did you specify the right host or port?`,
    });
  });

  test("an answer that is no JSON is an error, not a crash", async () => {
    server.answer = (_, response) => send(response, 200, "<html>welcome</html>");
    const client = await open({ server: url });
    await assert.rejects(client.get(pods, "ns", "a"), { message: "the server's answer is no JSON" });
    await client.close();
  });

  test("control characters of a server don't reach the terminal", async () => {
    server.answer = (_, response) =>
      send(response, 403, { kind: "Status", reason: "Forbidden", message: "no \u001b[2Jway" });
    const client = await open({ server: url });
    await assert.rejects(client.get(pods, "ns", "a"), {
      message: "Error from server (Forbidden): no \\u001b[2Jway",
    });
    await client.close();
  });

  test("discovery falls back to the lists of single versions", async () => {
    server.answer = (request, response) => {
      const answers: Record<string, unknown> = {
        "/api": { kind: "APIVersions", versions: ["v1"] },
        "/apis": {
          kind: "APIGroupList",
          groups: [
            {
              name: "apps",
              versions: [{ groupVersion: "apps/v1beta1" }, { groupVersion: "apps/v1" }],
              preferredVersion: { groupVersion: "apps/v1" },
            },
            { name: "broken", versions: [{ groupVersion: "broken/v1" }] },
          ],
        },
        "/api/v1": { resources: [{ name: "pods", kind: "Pod", namespaced: true, verbs: ["get"] }] },
        "/apis/apps/v1": {
          resources: [
            { name: "deployments", kind: "Deployment", namespaced: true, verbs: ["get"] },
            { name: "deployments/status", kind: "Deployment", namespaced: true, verbs: ["get"] },
          ],
        },
        "/apis/apps/v1beta1": {
          resources: [{ name: "deployments", kind: "Deployment", namespaced: true, verbs: ["get"] }],
        },
      };
      const answer = answers[request.url ?? ""];
      if (answer === undefined) send(response, 404, { kind: "Status" });
      else send(response, 200, answer);
    };
    const client = await open({ server: url });
    assert.equal((await client.discovery.preferred("apps", "Deployment"))?.version, "v1");
    assert.equal((await client.discovery.find("apps/v1beta1", "Deployment"))?.plural, "deployments");
    assert.equal((await client.discovery.find("v1", "Pod"))?.namespaced, true);
    assert.equal(await client.discovery.find("v1", "Nope"), undefined);
    await client.close();
  });

  test("a watch reads lines that are split inside a character", async () => {
    const line = `${JSON.stringify({ type: "ADDED", object: { metadata: { name: "grün" } } })}\n`;
    server.answer = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const bytes = Buffer.from(line + line);
      const middle = bytes.indexOf(0xbc);
      response.write(bytes.subarray(0, middle));
      setImmediate(() => response.end(bytes.subarray(middle)));
    };
    const client = await open({ server: url });
    const names: unknown[] = [];
    for await (const event of client.watch(pods, "ns", {}, new AbortController().signal)) {
      names.push(event["object"]);
    }
    assert.deepEqual(names, [{ metadata: { name: "grün" } }, { metadata: { name: "grün" } }]);
    await client.close();
  });

  const kubeconfig = (name: string, user: object, more: object = {}): string => {
    const file = join(folder, name);
    const content = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: url } }],
      users: [{ name: "u", user }],
      contexts: [
        { name: "first", context: { cluster: "c", user: "u", namespace: "team" } },
        { name: "second", context: { cluster: "c", user: "u" } },
      ],
      "current-context": "first",
      ...more,
    };
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  const askedWith = async (flags: ConnectionFlags): Promise<IncomingMessage["headers"] | undefined> => {
    server.answer = (_, response) => send(response, 200, { kind: "Pod" });
    const client = await open(flags);
    await client.get(pods, "ns", "a");
    await client.close();
    return server.seen.at(-1)?.headers;
  };

  const plugin = (name: string, script: string): { exec: object } => {
    const command = join(folder, name);
    writeFileSync(command, `#!/bin/sh\n${script}\n`);
    chmodSync(command, 0o755);
    return { exec: { apiVersion: "client.authentication.k8s.io/v1", command, args: ["x"] } };
  };

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
    const env = { ...where.env, KUBECONFIG: `${one}:${join(folder, "missing")}:${two}` };
    const connection = await loadConnection({}, { ...where, env });
    assert.equal(connection.contextName, "first");
    assert.equal((await connection.credentials(false)).headers["Authorization"], "Bearer one");
  });

  test("tokens, passwords and impersonation become headers", async () => {
    const file = kubeconfig("token", { token: "t" });
    assert.equal((await askedWith({ kubeconfig: file }))?.authorization, "Bearer t");
    const basic = kubeconfig("basic", { username: "u", password: "p" });
    assert.equal((await askedWith({ kubeconfig: basic }))?.authorization, "Basic dTpw");
    const seen = await askedWith({ kubeconfig: file, as: "jane", asGroups: ["a", "b"] });
    assert.equal(seen?.["impersonate-user"], "jane");
    assert.equal(seen?.["impersonate-group"], "a, b");
  });

  test("a credential plugin gives the token", async () => {
    const answer = JSON.stringify({ kind: "ExecCredential", status: { token: "from-plugin" } });
    const file = kubeconfig("exec", plugin("good", `echo '${answer}'`));
    assert.equal((await askedWith({ kubeconfig: file }))?.authorization, "Bearer from-plugin");
  });

  for (const [name, script, message] of [
    ["garbage", "echo token-in-the-clear", /garbage answered with something that is no JSON$/],
    ["empty", "echo '{}'", /answered with neither a token nor a certificate with its key$/],
    ["failing", "echo 'log in first' >&2; exit 3", /failing failed with exit code 3\nlog in first$/],
  ] as const) {
    test(`a credential plugin that is ${name} is told, without what it said on stdout`, async () => {
      const file = kubeconfig(`exec-${name}`, plugin(name, script));
      await assert.rejects(askedWith({ kubeconfig: file }), (thrown: unknown) => {
        assert.ok(thrown instanceof KptError);
        assert.match(thrown.message, message);
        assert.doesNotMatch(thrown.message, /token-in-the-clear/);
        return true;
      });
    });
  }

  test("a plugin that isn't installed names its hint", async () => {
    const exec = { command: "no-such-plugin-here", installHint: "install it from example.com" };
    const file = kubeconfig("exec-missing", { exec });
    await assert.rejects(askedWith({ kubeconfig: file }), {
      message: "getting credentials: exec: executable no-such-plugin-here not found",
      hint: "install it from example.com",
    });
  });

  test("a file that is no kubeconfig is named", async () => {
    const file = join(folder, "broken");
    writeFileSync(file, "a: [\nsecret: hidden");
    await assert.rejects(loadConnection({ kubeconfig: file }, where), (thrown: unknown) => {
      assert.ok(thrown instanceof KptError);
      assert.match(thrown.message, /^error loading config file ".*broken": /);
      assert.doesNotMatch(thrown.message, /hidden/);
      return true;
    });
  });
});
