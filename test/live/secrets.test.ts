import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { temporary } from "../cli/program.ts";
import { create, needsSandbox, openCluster } from "./cluster.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { emptyPackage, kptIn, type Shown } from "./in-process.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const first = {
  data: 'hunter"1\n',
  line: "-----BEGIN KEY-----\nc2hhcmVkLWtleS0x\n",
  string: "sesame-1\u0007",
};
const second = {
  data: 'hunter"2\n',
  line: "-----BEGIN KEY-----\nc2hhcmVkLWtleS0y\n",
  string: "sesame-2\u0007",
};
/** What must be nowhere, in none of its spellings. */
const forbidden = /hunter|aHVudGVy|c2hhcmVk|BEGIN KEY|sesame|c2VzYW1l|LS0tLS1/;

type Values = typeof first;

function secretOf(namespace: string, values: Values): JsonMap {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace },
    data: { password: base64(values.data), key: base64(values.line) },
    stringData: { token: values.string },
  };
}

/** What admission and proxies have been seen to do: the whole body, and values in the clear. */
function quoting(...known: Values[]): string {
  return known
    .flatMap(values => [
      JSON.stringify(secretOf("ns", values)),
      ...Object.values(values).flatMap(value => [value, base64(value), JSON.stringify(value), value.trim()]),
    ])
    .join(" and ");
}

async function bed(t: TestContext, refuses: (method: string) => boolean) {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const proxy = new FaultProxy(cluster.transport, ({ method, path }) =>
    path.includes("/secrets") && refuses(method)
      ? {
          answer: response => {
            response.writeHead(422, { "content-type": "application/json" });
            const message = `no: ${method === "DELETE" ? quoting(first) : quoting(first, second)}`;
            const causes = [{ reason: "FieldValueInvalid", message, field: "data" }];
            response.end(JSON.stringify({ kind: "Status", reason: "Invalid", message, details: { causes } }));
          },
        }
      : undefined,
  );
  await proxy.come();
  t.after(async () => {
    await proxy.close();
    await cluster.close();
  });
  const files = { kubeconfig: proxy.kubeconfig(), ...emptyPackage(namespace) };
  const folder = temporary(t, files);
  const write = (values: Values): void =>
    writeFileSync(join(folder, "pkg/s.yaml"), JSON.stringify(secretOf(namespace, values)));
  const run = async (...args: string[]): Promise<Shown> => {
    const shown = await kptIn(folder, args);
    assert.doesNotMatch(shown.stdout + shown.stderr, forbidden, args.join(" "));
    return shown;
  };
  return { cluster, namespace, folder, write, run };
}

const apply = ["live", "apply", "pkg"];
const ways: string[][] = [
  [...apply, "--dry-run"],
  [...apply, "--dry-run", "--diff"],
  [...apply, "--dry-run", "--diff", "--output=json"],
  [...apply, "--dry-run", "--diff", "--server-side"],
  ["alpha", "live", "plan", "pkg"],
  ["alpha", "live", "plan", "pkg", "--output=krm"],
  [...apply, "--server-side"],
  [...apply, "--output=json"],
  [...apply, "--output=table"],
  apply,
];

describe("values of Secrets are in no output", { skip: needsSandbox }, () => {
  test("of any command that goes well", async t => {
    const { run, write } = await bed(t, () => false);
    for (const values of [first, second]) {
      write(values);
      for (const way of ways) assert.equal((await run(...way)).code, 0, way.join(" "));
    }
    write(first);
    const { stdout } = await run(...apply, "--dry-run", "--diff");
    assert.match(stdout, /data\.password: \*\*\* -> \*\*\*/);
    await run("live", "status", "pkg");
    assert.equal((await run("live", "destroy", "pkg", "--output=json")).code, 0);
  });

  test("when the server quotes what it was sent", async t => {
    let isRefusing = true;
    const { run, write } = await bed(t, method => isRefusing && method !== "GET");
    write(first);
    isRefusing = false;
    assert.equal((await run(...apply)).code, 0);
    isRefusing = true;
    write(second);
    const refused = ways.filter(way => !way.includes("--dry-run") && way[0] === "live");
    for (const way of [...refused, ["live", "destroy", "pkg"]]) {
      const { stdout, stderr, code } = await run(...way);
      assert.notEqual(code, 0);
      if (!way.includes("--output=table")) assert.match(stdout + stderr, /\*\*\*/, way.join(" "));
    }
    await run("alpha", "live", "plan", "pkg");
  });

  test("when another manager owns them", async t => {
    const { cluster, namespace, run, write } = await bed(t, () => false);
    write(first);
    assert.equal((await run(...apply, "--server-side")).code, 0);
    const type = await cluster.client.discovery.find("v1", "Secret");
    assert.ok(type !== undefined);
    const theirs = { ...secretOf(namespace, second), stringData: {} };
    const how = { fieldManager: "someone", force: true };
    await cluster.client.patch(type, namespace, "s", "apply", theirs, how);
    const { stdout } = await run(...apply, "--server-side");
    assert.match(stdout, /conflict with "someone": \.data\.|conflicts with "someone"/);
    await run("alpha", "live", "plan", "pkg");
  });

  test("when they stand where no value can be", async t => {
    const { folder, namespace, run } = await bed(t, () => false);
    const head = `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ${namespace}}\n`;
    for (const rest of ["data: hunter\n", "data: {a: [hunter]}\n", "stringData: {a: {b: sesame}}\n"]) {
      writeFileSync(join(folder, "pkg/s.yaml"), head + rest);
      for (const way of ways.slice(0, 3)) await run(...way);
    }
  });

  test("of objects that were there before", async t => {
    const { cluster, namespace, run, write } = await bed(t, () => false);
    await create(cluster.client, secretOf(namespace, first));
    write(second);
    for (const way of ways) await run(...way, "--inventory-policy=adopt");
  });
});
