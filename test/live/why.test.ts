import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonMap } from "../../src/core/json.ts";
import { keyOf } from "../../src/live/plan/identity.ts";
import { needsSandbox, openCluster } from "./cluster.ts";
import { apply, inventoryOf, packageOf } from "./packages.ts";

/** A workload whose pods have one container, with whatever makes them fail. */
function workload(kind: string, pod: { container?: JsonMap; spec?: JsonMap }): JsonMap {
  const metadata = { labels: { app: "web" } };
  const container = { name: "main", image: "example.com/web:1", ...pod.container };
  const template = { metadata, spec: { containers: [container], ...pod.spec } };
  return {
    apiVersion: "apps/v1",
    kind,
    spec: { selector: { matchLabels: { app: "web" } }, template },
  };
}

const badImage = { container: { image: "example.com/does-not-exist" } };
const configured = {
  container: { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "a" } } }] },
};
const claimed = { spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] } };
const mounted = { spec: { volumes: [{ name: "cfg", configMap: { name: "settings" } }] } };
const nowhere = { spec: { nodeSelector: { disk: "of-gold" } } };

const rows: [what: string, object: JsonMap, text: RegExp][] = [
  [
    "an image that can't be pulled",
    workload("Deployment", badImage),
    /timeout: .*; pod web-\S+: container main: \w*Image\w* \(/,
  ],
  [
    "the same below a daemon set, whose pods aren't followed",
    workload("DaemonSet", badImage),
    /timeout: .*; pod web-\S+: container main: \w*Image\w* \(/,
  ],
  [
    "a config map that is missing",
    workload("Deployment", configured),
    /timeout: .*; pod web-\S+: container main: CreateContainerConfigError \(.*settings.*\)$/,
  ],
  [
    "a claim that is missing",
    workload("Deployment", claimed),
    /timeout: .*; pod web-\S+: not scheduled: .*data.*not found/,
  ],
  [
    "a volume that can't be mounted, which only an event tells",
    workload("Deployment", mounted),
    /timeout: Available: 0\/1; .*settings.*not found/,
  ],
  ["a pod that fits nowhere", workload("Deployment", nowhere), /timeout: .*; pod web-\S+: not scheduled: /],
  [
    "a pod of its own",
    { apiVersion: "v1", kind: "Pod", spec: { containers: [{ name: "main", image: "does-not-exist" }] } },
    /timeout: Pod is in the Pending phase; container main: \w*Image/,
  ],
];

describe("a wait that ends badly says why", { skip: needsSandbox }, () => {
  for (const [what, object, text] of rows) {
    test(what, async () => {
      const cluster = await openCluster();
      const { namespace } = cluster;
      const named = { ...object, metadata: { name: "web", namespace } };
      const ran = await apply(cluster, packageOf([named], inventoryOf(namespace)), {
        reconcileTimeoutMs: 400,
      });
      const line = ran.text.split("\n").find(one => / reconcile (timeout|failed): /.test(one));
      assert.match(line ?? ran.text, text);
      await cluster.close();
    });
  }

  test("and what depends on it says which", async () => {
    const cluster = await openCluster();
    const { namespace } = cluster;
    const web = { ...workload("Deployment", badImage), metadata: { name: "web", namespace } };
    const annotations = { "config.kubernetes.io/depends-on": `apps/namespaces/${namespace}/Deployment/web` };
    const after: JsonMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "after", namespace, annotations },
    };
    const { text, events } = await apply(cluster, packageOf([web, after], inventoryOf(namespace)), {
      reconcileTimeoutMs: 400,
    });
    assert.match(
      text,
      /^configmap\/after apply skipped: dependency apply reconcile timeout: \S+_web_apps_Deployment$/m,
    );
    const waits = events.flatMap(event => (event.type === "init" ? (event.waits ?? []) : []));
    assert.deepEqual(
      waits.map(({ id, after: first, reason }) => [keyOf(id), keyOf(first), reason]),
      [
        [
          keyOf({ group: "", kind: "ConfigMap", namespace, name: "after" }),
          keyOf({ group: "apps", kind: "Deployment", namespace, name: "web" }),
          "depends-on",
        ],
      ],
    );
    await cluster.close();
  });
});
