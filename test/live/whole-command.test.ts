import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Ended, kpt, type RunOptions, temporary } from "../cli/program.ts";
import { assertNoOrphans, assertRight, configMaps, inventoryNames, ownedNames } from "./bookkeeping.ts";
import { create, openCluster, type TestCluster } from "./cluster.ts";
import { FaultProxy, type SeenRequest } from "./fault-proxy.ts";

interface Bench {
  cluster: TestCluster;
  namespace: string;
  folder: string;
  kpt(args: readonly string[], meanwhile?: RunOptions["meanwhile"]): Promise<Ended>;
  /** Told of every request from now on. */
  onRequest: (request: SeenRequest) => void;
}

function packageFiles(namespace: string, count: number, name = "inv"): Record<string, string> {
  const files: Record<string, string> = {
    "pkg/Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: pkg\n",
    "pkg/resourcegroup.yaml": `apiVersion: kpt.dev/v1alpha1
kind: ResourceGroup
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    cli-utils.sigs.k8s.io/inventory-id: id-${namespace}
`,
  };
  for (const [index, object] of configMaps(namespace, count).entries()) {
    files[`pkg/cm-${index}.yaml`] = JSON.stringify(object);
  }
  return files;
}

/** A cluster behind an address, and a package of some config maps. */
async function bench(t: TestContext, count: number): Promise<Bench> {
  const cluster = await openCluster();
  const { namespace } = cluster;
  const own: Pick<Bench, "onRequest"> = { onRequest: () => undefined };
  const proxy = new FaultProxy(cluster.transport, request => {
    bed.onRequest(request);
    return undefined;
  });
  await proxy.come();
  t.after(async () => {
    await proxy.close();
    await cluster.close();
  });
  const folder = temporary(t, { ...packageFiles(namespace, count), kubeconfig: proxy.kubeconfig() });
  const env = { KUBECONFIG: join(folder, "kubeconfig") };
  const bed: Bench = {
    ...own,
    cluster,
    namespace,
    folder,
    kpt: (args, meanwhile) =>
      kpt(args, { cwd: folder, env, ...(meanwhile === undefined ? {} : { meanwhile }) }),
  };
  return bed;
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} starts nothing more, writes the inventory and a summary, and exits with ${code}`, async t => {
    const bed = await bench(t, 40);
    const { cluster, namespace } = bed;
    let posts = 0;
    const {
      code: exitCode,
      stdout,
      stderr,
    } = await bed.kpt(["live", "apply", "pkg", "--parallelism=2"], child => {
      bed.onRequest = ({ method, path }) => {
        if (method === "POST" && path.includes("/configmaps") && ++posts === 5) child.kill(signal);
      };
    });
    assert.equal(exitCode, code, stdout + stderr);
    assert.match(stdout, /^\d+ resource\(s\) applied\. /m);
    const there = await ownedNames(cluster.client, namespace);
    assert.ok(there.length >= 4 && there.length < 40, `${there.length} objects`);
    assert.deepEqual(await inventoryNames(cluster.client, namespace), there);
  });
}

test("SIGKILL in the middle: nothing is lost, the next apply is right", async t => {
  const bed = await bench(t, 40);
  const { cluster, namespace } = bed;
  for (const at of [1, 12, 30]) {
    let posts = 0;
    const { signal } = await bed.kpt(["live", "apply", "pkg", "--parallelism=4"], child => {
      bed.onRequest = ({ method, path }) => {
        if (method === "POST" && path.includes("/configmaps") && ++posts === at) child.kill("SIGKILL");
      };
    });
    assert.equal(signal, posts >= at ? "SIGKILL" : null);
    await assertNoOrphans(cluster.client, namespace);
  }
  bed.onRequest = () => undefined;
  assert.equal((await bed.kpt(["live", "apply", "pkg"])).code, 0);
  await assertRight(cluster.client, namespace, configMaps(namespace, 40));
});

test("status exits with 3 when it isn't what was waited for, and names each object in its own inventory", async t => {
  const bed = await bench(t, 1);
  const { cluster, namespace } = bed;
  await bed.kpt(["live", "apply", "pkg"]);
  const missed = await bed.kpt(["live", "status", "pkg", "--poll-until=deleted", "--timeout=200ms"]);
  assert.equal(missed.code, 3);
  assert.match(missed.stdout, /^configmap\/cm-0 is Current: /m);

  const other = `${namespace}-other`;
  await create(cluster.client, { apiVersion: "v1", kind: "Namespace", metadata: { name: other } });
  for (const [path, text] of Object.entries(packageFiles(other, 1)))
    writeFileSync(join(bed.folder, path), text);
  assert.equal((await bed.kpt(["live", "apply", "pkg"])).code, 0);
  const remote = await bed.kpt(["live", "status", "--inv-type=remote", "--inv-names=inv", "--output=json"]);
  const seen = remote.stdout
    .trim()
    .split("\n")
    .map(line => JSON.parse(line) as { namespace: string })
    .map(one => one.namespace)
    .filter(one => one.startsWith(namespace));
  assert.deepEqual(seen.sort(), [namespace, other]);
});

test("a dry run that would delete says that an annotation counts only once it was applied", async t => {
  const bed = await bench(t, 2);
  await bed.kpt(["live", "apply", "pkg"]);
  const calm = await bed.kpt(["live", "apply", "pkg", "--dry-run"]);
  assert.doesNotMatch(calm.stderr, /deletion/);
  rmSync(join(bed.folder, "pkg/cm-1.yaml"));
  const { stderr, stdout } = await bed.kpt(["live", "apply", "pkg", "--dry-run"]);
  assert.match(stdout, /^configmap\/cm-1 pruned$/m);
  assert.match(
    stderr,
    /^hint: 1 resource would be deleted; an annotation client\.lifecycle\.config\.k8s\.io\/deletion: detach keeps it only if it was applied before$/m,
  );
});
