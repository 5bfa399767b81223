import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { temporary } from "../cli/program.ts";
import { configMaps } from "./bookkeeping.ts";
import { create, needsSandbox, openCluster } from "./cluster.ts";
import { FaultProxy, type SeenRequest } from "./fault-proxy.ts";
import { emptyPackage, kptIn } from "./in-process.ts";

type Reply = (response: ServerResponse) => void;

interface Row {
  what: string;
  /** Which requests are answered so; all others reach the server. */
  where: RegExp;
  reply: Reply;
  message: RegExp;
}

function reply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return response => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

const rows: Row[] = [
  {
    what: "a login page for everything",
    where: /./,
    reply: reply(200, "<html>log in</html>"),
    message: /^error: the server's answer is no JSON$/m,
  },
  {
    what: "an empty object for everything",
    where: /./,
    reply: reply(200, {}),
    message: /ResourceGroup/,
  },
  {
    what: "a redirect for everything",
    where: /./,
    reply: reply(302, "", { location: "http://127.0.0.1:1/steal" }),
    message: /redirect \(302\), which is not followed/,
  },
  {
    what: "silence",
    where: /./,
    reply: () => undefined,
    message: /no answer within the request timeout/,
  },
  {
    what: "half an inventory",
    where: /resourcegroups/,
    reply: reply(200, '{"kind":"ResourceGroup","spec":{'),
    message: /^error: the server's answer is no JSON$/m,
  },
  {
    what: "a refusal with escape sequences",
    where: /resourcegroups/,
    reply: reply(403, { reason: "Forbidden", message: "no \u001b[2J\u009bway\rerror: made up" }),
    message: /no \\u001b\[2J\\u009bway\\u000derror: made up/,
  },
];

async function run(t: TestContext, row: Row, command: readonly string[]) {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const asked: SeenRequest[] = [];
  const proxy = new FaultProxy(cluster.transport, request => {
    asked.push(request);
    return row.where.test(request.path) ? { answer: row.reply } : undefined;
  });
  await proxy.come();
  t.after(async () => {
    await proxy.close();
    await cluster.close();
  });
  await create(cluster.client, {
    apiVersion: "kpt.dev/v1alpha1",
    kind: "ResourceGroup",
    metadata: { name: "inv", namespace, labels: { "cli-utils.sigs.k8s.io/inventory-id": "id" } },
    spec: { resources: [] },
  });
  const files: Record<string, string> = {
    kubeconfig: proxy.kubeconfig(),
    ...emptyPackage(namespace),
    "pkg/a.json.yaml": JSON.stringify(configMaps(namespace, 1)[0]),
  };
  const folder = temporary(t, files);
  const shown = await kptIn(folder, ["live", ...command, "pkg", "--request-timeout=300ms"]);
  assert.deepEqual(readdirSync(join(folder, "pkg")).sort(), ["Kptfile", "a.json.yaml", "resourcegroup.yaml"]);
  for (const [path, text] of Object.entries(files)) {
    assert.equal(readFileSync(join(folder, path), "utf8"), text);
  }
  return { ...shown, writes: asked.filter(({ method }) => method !== "GET") };
}

describe("a hostile server is told once, and nothing is changed", { skip: needsSandbox }, () => {
  for (const row of rows) {
    for (const command of [["apply"], ["destroy"], ["status"]]) {
      test(`${row.what}, to ${command.join(" ")}`, async t => {
        const { code, stdout, stderr, writes } = await run(t, row, command);
        assert.equal(code, 1, stdout + stderr);
        assert.match(stderr, row.message);
        assert.doesNotMatch(stderr, /defect|\n {4}at /);
        assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
        assert.ok([...stderr.matchAll(/^error/gim)].length <= 1, stderr);
        assert.deepEqual(writes, []);
      });
    }
  }
});
