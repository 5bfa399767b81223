import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonMap, textAt, valueAt } from "../../core/json.ts";
import type { Clock } from "../clock.ts";
import { mapsAt, numberAt } from "../kube-object.ts";
import { Bench } from "../testing.ts";

const apps = "/apis/apps/v1/namespaces/default";
const core = "/api/v1/namespaces/default";

function selected(name: string, image: string, extra: JsonMap): JsonMap {
  return {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image, ...extra }] } },
  };
}

function deployment(name: string, image = "nginx:1", extra: JsonMap = {}): JsonMap {
  return {
    metadata: { name, labels: { app: name } },
    spec: { replicas: 2, ...selected(name, image, extra) },
  };
}

function conditions(object: JsonMap): [unknown, unknown, unknown][] {
  return mapsAt(object, "status", "conditions").map(({ type, status, reason }) => [type, status, reason]);
}

async function get(bench: Bench, path: string): Promise<JsonMap> {
  const answer = await bench.get(path);
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  return answer.body;
}

async function items(bench: Bench, path: string): Promise<JsonMap[]> {
  return mapsAt(await get(bench, path), "items");
}

test("a Deployment becomes available through a ReplicaSet and its pods", async () => {
  const bench = new Bench();
  await bench.post(`${apps}/deployments`, deployment("web"));
  bench.run(20);
  const early = await get(bench, `${apps}/deployments/web`);
  assert.deepEqual(conditions(early), [
    ["Available", "False", "MinimumReplicasUnavailable"],
    ["Progressing", "True", "ReplicaSetUpdated"],
  ]);
  assert.equal(numberAt(early, "status", "unavailableReplicas"), 2);
  bench.run();
  const done = await get(bench, `${apps}/deployments/web`);
  const [set] = await items(bench, `${apps}/replicasets`);
  assert.equal(textAt(done, "metadata", "annotations", "deployment.kubernetes.io/revision"), "1");
  assert.equal(numberAt(done, "metadata", "generation"), 1);
  const { conditions: _, ...counts } = JSON.parse(JSON.stringify(done["status"]));
  assert.deepEqual(counts, {
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    terminatingReplicas: 0,
  });
  assert.deepEqual(conditions(done), [
    ["Available", "True", "MinimumReplicasAvailable"],
    ["Progressing", "True", "NewReplicaSetAvailable"],
  ]);
  assert.equal(
    mapsAt(done, "status", "conditions")[1]?.["message"],
    `ReplicaSet "${textAt(set, "metadata", "name")}" has successfully progressed.`,
  );
  const pods = await items(bench, `${core}/pods?labelSelector=app%3Dweb`);
  assert.equal(pods.length, 2);
  assert.deepEqual(
    pods.map(pod => textAt(pod, "status", "phase")),
    ["Running", "Running"],
  );
});

test("a changed template is rolled out, and the pods of the old one go", async () => {
  const bench = new Bench();
  await bench.post(`${apps}/deployments`, deployment("web"));
  bench.run();
  await bench.patch("strategic", `${apps}/deployments/web`, {
    spec: { template: { spec: { containers: [{ name: "c", image: "nginx:2" }] } } },
  });
  bench.run(5000);
  const done = await get(bench, `${apps}/deployments/web`);
  assert.equal(numberAt(done, "status", "observedGeneration"), 2);
  assert.equal(numberAt(done, "status", "replicas"), 2);
  assert.equal(numberAt(done, "status", "updatedReplicas"), 2);
  assert.equal(textAt(done, "metadata", "annotations", "deployment.kubernetes.io/revision"), "2");
  const pods = await items(bench, `${core}/pods`);
  assert.deepEqual(
    pods.map(pod => textAt(pod, "spec", "containers", 0, "image")),
    ["nginx:2", "nginx:2"],
  );
  const sizes = (await items(bench, `${apps}/replicasets`))
    .map(set => numberAt(set, "spec", "replicas"))
    .sort();
  assert.deepEqual(sizes, [0, 2]);
});

test("an image that cannot be pulled leaves the rollout waiting until its deadline", async () => {
  const bench = new Bench();
  await bench.post(`${apps}/deployments`, deployment("web", "example.com/does-not-exist"));
  bench.run();
  const [pod] = await items(bench, `${core}/pods`);
  assert.equal(
    textAt(pod, "status", "containerStatuses", 0, "state", "waiting", "reason"),
    "ImagePullBackOff",
  );
  assert.equal(textAt(pod, "status", "phase"), "Pending");
  bench.run(601_000);
  const late = await get(bench, `${apps}/deployments/web`);
  assert.deepEqual(conditions(late).at(-1), ["Progressing", "False", "ProgressDeadlineExceeded"]);
});

test("a pod waits for its Secret and starts when it comes", async () => {
  const bench = new Bench();
  const env = [{ name: "P", valueFrom: { secretKeyRef: { name: "mysql-pass", key: "password" } } }];
  await bench.post(`${apps}/deployments`, deployment("db", "mysql:8", { env }));
  bench.run();
  const [pod] = await items(bench, `${core}/pods`);
  assert.deepEqual(JSON.parse(JSON.stringify(valueAt(pod, "status", "containerStatuses", 0, "state"))), {
    waiting: { reason: "CreateContainerConfigError", message: 'secret "mysql-pass" not found' },
  });
  await bench.post(`${core}/secrets`, { metadata: { name: "mysql-pass" }, stringData: { password: "x" } });
  bench.run();
  const done = await get(bench, `${apps}/deployments/db`);
  assert.equal(numberAt(done, "status", "availableReplicas"), 2);
});

test("pods of a service account that is not there are refused until it comes", async () => {
  const bench = new Bench();
  const { metadata = {}, spec } = deployment("web");
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { serviceAccountName: "robot", containers: [{ name: "c", image: "x:1" }] },
  };
  await bench.post(`${apps}/deployments`, {
    metadata,
    spec: Object.assign(Object.create(null), spec, { template }),
  });
  bench.run();
  const stuck = await get(bench, `${apps}/deployments/web`);
  const failure = mapsAt(stuck, "status", "conditions").find(({ type }) => type === "ReplicaFailure");
  assert.match(
    String(failure?.["message"]),
    /^pods "web-\w+-" is forbidden: error looking up service account default\/robot: serviceaccount "robot" not found$/,
  );
  await bench.post(`${core}/serviceaccounts`, { metadata: { name: "robot" } });
  bench.run();
  const done = await get(bench, `${apps}/deployments/web`);
  assert.deepEqual(conditions(done), [
    ["Available", "True", "MinimumReplicasAvailable"],
    ["Progressing", "True", "NewReplicaSetAvailable"],
  ]);
});

test("deleting a Deployment takes its ReplicaSets and pods along", async () => {
  const bench = new Bench();
  await bench.post(`${apps}/deployments`, deployment("web"));
  bench.run();
  await bench.delete(`${apps}/deployments/web`, { propagationPolicy: "Foreground" });
  assert.equal((await bench.get(`${apps}/deployments/web`)).status, 200);
  bench.run();
  assert.equal((await bench.get(`${apps}/deployments/web`)).status, 404);
  assert.deepEqual(await items(bench, `${core}/pods`), []);
});

test("orphans stay", async () => {
  const bench = new Bench();
  await bench.post(`${apps}/deployments`, deployment("web"));
  bench.run();
  await bench.delete(`${apps}/deployments/web`, { propagationPolicy: "Orphan" });
  bench.run();
  assert.equal((await bench.get(`${apps}/deployments/web`)).status, 404);
  const [set] = await items(bench, `${apps}/replicasets`);
  assert.equal(valueAt(set, "metadata", "ownerReferences"), undefined);
  assert.equal((await items(bench, `${core}/pods`)).length, 2);
});

test("a StatefulSet makes its pods in order, with claims of their own", async () => {
  const bench = new Bench();
  const volumeClaimTemplates = [
    {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    },
  ];
  const spec = { replicas: 2, serviceName: "db", ...selected("db", "mysql:8", {}), volumeClaimTemplates };
  await bench.post(`${apps}/statefulsets`, { metadata: { name: "db" }, spec });
  bench.run(5000);
  const done = await get(bench, `${apps}/statefulsets/db`);
  const status = JSON.parse(JSON.stringify(done["status"]));
  assert.equal(status.currentRevision, status.updateRevision);
  assert.deepEqual(
    { ...status, currentRevision: "", updateRevision: "" },
    {
      replicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
      readyReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: "",
      updateRevision: "",
      collisionCount: 0,
    },
  );
  const claims = await items(bench, `${core}/persistentvolumeclaims`);
  assert.deepEqual(
    claims.map(claim => [textAt(claim, "metadata", "name"), textAt(claim, "status", "phase")]),
    [
      ["data-db-0", "Bound"],
      ["data-db-1", "Bound"],
    ],
  );
});

test("a DaemonSet has a pod on the node", async () => {
  const bench = new Bench();
  await bench.post(`${apps}/daemonsets`, {
    metadata: { name: "agent" },
    spec: selected("agent", "agent:1", {}),
  });
  bench.run();
  const done = await get(bench, `${apps}/daemonsets/agent`);
  assert.deepEqual(JSON.parse(JSON.stringify(done["status"])), {
    currentNumberScheduled: 1,
    numberMisscheduled: 0,
    desiredNumberScheduled: 1,
    numberReady: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    observedGeneration: 1,
  });
});

const job = (annotations: JsonMap): JsonMap => ({
  metadata: { name: "once" },
  spec: {
    backoffLimit: 1,
    template: {
      metadata: { annotations },
      spec: { restartPolicy: "Never", containers: [{ name: "c", image: "busybox:1" }] },
    },
  },
});

test("a Job completes", async () => {
  const bench = new Bench();
  await bench.post("/apis/batch/v1/namespaces/default/jobs", job({}));
  bench.run();
  const done = await get(bench, "/apis/batch/v1/namespaces/default/jobs/once");
  assert.deepEqual(conditions(done), [
    ["SuccessCriteriaMet", "True", "CompletionsReached"],
    ["Complete", "True", "CompletionsReached"],
  ]);
  assert.equal(numberAt(done, "status", "succeeded"), 1);
});

test("a Job whose pods fail too often has failed", async () => {
  const bench = new Bench();
  await bench.post("/apis/batch/v1/namespaces/default/jobs", job({ "sandbox.kpt.dev/exit-code": "1" }));
  bench.run();
  const done = await get(bench, "/apis/batch/v1/namespaces/default/jobs/once");
  assert.deepEqual(conditions(done), [
    ["FailureTarget", "True", "BackoffLimitExceeded"],
    ["Failed", "True", "BackoffLimitExceeded"],
  ]);
  assert.equal(numberAt(done, "status", "failed"), 2);
});

test("a claim is bound to a volume, and both go together", async () => {
  const bench = new Bench();
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  await bench.post(`${core}/persistentvolumeclaims`, { metadata: { name: "c" }, spec });
  assert.equal(textAt(await get(bench, `${core}/persistentvolumeclaims/c`), "status", "phase"), "Pending");
  bench.run();
  const claim = await get(bench, `${core}/persistentvolumeclaims/c`);
  assert.equal(textAt(claim, "status", "phase"), "Bound");
  assert.equal(textAt(claim, "status", "capacity", "storage"), "1Gi");
  await bench.delete(`${core}/persistentvolumeclaims/c`);
  bench.run();
  assert.equal((await bench.get(`${core}/persistentvolumeclaims/c`)).status, 404);
  assert.deepEqual(await items(bench, "/api/v1/persistentvolumes"), []);
});

test("a Service gets an address at once and endpoints when its pods are ready", async () => {
  const bench = new Bench();
  await bench.post(`${core}/services`, {
    metadata: { name: "web" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }], type: "LoadBalancer" },
  });
  const made = await get(bench, `${core}/services/web`);
  assert.match(textAt(made, "spec", "clusterIP") ?? "", /^10\.96\./);
  assert.equal(textAt(made, "spec", "ports", 0, "protocol"), "TCP");
  await bench.post(`${apps}/deployments`, deployment("web"));
  bench.run();
  const endpoints = await get(bench, `${core}/endpoints/web`);
  assert.equal(mapsAt(endpoints, "subsets", "0").length + mapsAt(endpoints, "subsets").length, 1);
  assert.notEqual(
    textAt(await get(bench, `${core}/services/web`), "status", "loadBalancer", "ingress", 0, "ip"),
    undefined,
  );
});

test("idle resolves when everything has settled", async () => {
  const immediate: Clock = {
    now: Date.now,
    after(_, callback) {
      queueMicrotask(callback);
      return () => {};
    },
  };
  const bench = new Bench({ clock: immediate });
  await bench.post(`${apps}/deployments`, deployment("web"));
  await bench.sandbox.idle();
  const done = await get(bench, `${apps}/deployments/web`);
  assert.equal(numberAt(done, "status", "availableReplicas"), 2);
});
