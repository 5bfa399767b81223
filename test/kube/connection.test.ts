import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { KubeClient } from "../../src/kube/client.ts";
import { type ConnectionFlags, loadConnection } from "../../src/kube/config.ts";
import { createHttpsTransport } from "../../src/kube/https.ts";
import { hurriedClock } from "../live/cluster.ts";
import { FakeServer, identity, pods, send } from "./fake-server.ts";

describe("requests over the network", () => {
  const folder = mkdtempSync(join(tmpdir(), "kpt-connection-"));
  const server = new FakeServer();
  const other = new FakeServer();
  let url = "";
  let otherUrl = "";
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, identity.authority);
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
    const connection = await loadConnection({ certificateAuthority: ca, ...flags }, where);
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
});
