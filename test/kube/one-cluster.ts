import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { KptError } from "../../src/core/error.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { type ConfigSurroundings, type ConnectionFlags, loadConnection } from "../../src/kube/config.ts";
import { createHttpsTransport } from "../../src/kube/https.ts";
import { hurriedClock } from "../live/cluster.ts";
import { FakeServer, identity, pods, type Seen, send } from "./fake-server.ts";

export const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A folder with kubeconfigs that lead to one fake server, for the tests of the describe block it is called in. */
export function useCluster() {
  const folder = mkdtempSync(join(tmpdir(), "kpt-credentials-"));
  const server = new FakeServer();
  let url = "";
  before(async () => {
    url = await server.listen();
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    server.answer = (_, response) => send(response, 200, { kind: "Pod" });
  });

  const where: ConfigSurroundings = { env: { PATH: process.env["PATH"], HOME: folder }, cwd: folder };

  const kubeconfig = (name: string, user: object, more: object = {}, cluster: object = {}): string => {
    const file = join(folder, name);
    const content = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "c",
          cluster: { server: url, "certificate-authority-data": base64(identity.authority), ...cluster },
        },
      ],
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

  const open = async (flags: ConnectionFlags, surroundings = where): Promise<KubeClient> => {
    const connection = await loadConnection(flags, surroundings);
    const { requestTimeoutMs } = connection;
    return new KubeClient(createHttpsTransport(connection), { clock: hurriedClock, requestTimeoutMs });
  };

  const askedWith = async (flags: ConnectionFlags, surroundings = where): Promise<Seen> => {
    const client = await open(flags, surroundings);
    await client.get(pods, "ns", "a");
    await client.close();
    const seen = server.seen.at(-1);
    assert.ok(seen);
    return seen;
  };

  const rejectsWith = async (
    flags: ConnectionFlags,
    expected: object,
    surroundings = where,
  ): Promise<void> => {
    const secrets = /secret|BEGIN/;
    await assert.rejects(askedWith(flags, surroundings), (thrown: unknown) => {
      assert.ok(thrown instanceof KptError, String(thrown));
      assert.doesNotMatch(`${thrown.message}${thrown.hint ?? ""}`, secrets);
      return true;
    });
    await assert.rejects(askedWith(flags, surroundings), expected);
  };
  return { folder, server, where, url: () => url, kubeconfig, open, askedWith, rejectsWith };
}
