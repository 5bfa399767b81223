import assert from "node:assert/strict";
import { test } from "node:test";
import { textAt, valueAt } from "../core/json.ts";
import { mapsAt } from "./kube-object.ts";
import { Bench, events } from "./testing.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

test("an object is created with what a server adds to it", async () => {
  const bench = new Bench();
  const made = await bench.post(configMaps, { metadata: { name: "x" }, data: { a: "b" } });
  assert.equal(made.status, 201);
  const metadata = made.body["metadata"];
  assert.equal(textAt(metadata, "namespace"), "default");
  assert.equal(textAt(metadata, "creationTimestamp"), "2026-01-01T00:00:00Z");
  assert.match(textAt(metadata, "uid") ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual(JSON.parse(JSON.stringify(valueAt(metadata, "managedFields"))), [
    {
      manager: "test",
      operation: "Update",
      apiVersion: "v1",
      time: "2026-01-01T00:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { ".": {}, "f:a": {} } },
    },
  ]);
  const read = await bench.get(`${configMaps}/x`);
  assert.equal(read.text, made.text);
});

const refusals: {
  name: string;
  method: string;
  path: string;
  body?: string;
  type?: string;
  status: number;
  message: string;
}[] = [
  {
    name: "an object that is not there",
    method: "GET",
    path: `${configMaps}/nope`,
    status: 404,
    message: 'configmaps "nope" not found',
  },
  {
    name: "a kind that is not there",
    method: "GET",
    path: "/apis/apps/v1/foos",
    status: 404,
    message: "the server could not find the requested resource",
  },
  {
    name: "a namespace that is not there",
    method: "POST",
    path: "/api/v1/namespaces/nope/configmaps",
    body: '{"metadata":{"name":"x"}}',
    status: 404,
    message: 'namespaces "nope" not found',
  },
  {
    name: "another namespace than the path's",
    method: "POST",
    path: configMaps,
    body: '{"metadata":{"name":"x","namespace":"other"}}',
    status: 400,
    message: "the namespace of the provided object does not match the namespace sent on the request",
  },
  {
    name: "a name that is none",
    method: "POST",
    path: configMaps,
    body: '{"metadata":{"name":"X_2"}}',
    status: 422,
    message:
      "ConfigMap \"X_2\" is invalid: metadata.name: Invalid value: \"X_2\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  },
  {
    name: "no name at all",
    method: "POST",
    path: configMaps,
    body: '{"metadata":{}}',
    status: 422,
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  },
  {
    name: "half a body",
    method: "POST",
    path: configMaps,
    body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x2"',
    status: 400,
    message:
      'the object provided is unrecognized (must be of type ConfigMap): couldn\'t get version/kind; json parse error: unexpected end of JSON input ({"apiVersion":"v1","kind":"Con ...)',
  },
  {
    name: "a field of the wrong type",
    method: "POST",
    path: configMaps,
    body: '{"metadata":{"name":"x"},"data":{"a":1}}',
    status: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  },
  {
    name: "a field nobody knows, in a strict request",
    method: "POST",
    path: `${configMaps}?fieldValidation=Strict`,
    body: '{"metadata":{"name":"x"},"foo":1,"data":{},"data":{}}',
    status: 400,
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo", duplicate field "data"',
  },
  {
    name: "a body in a language nobody speaks",
    method: "PATCH",
    path: `${configMaps}/x`,
    body: "{}",
    type: "application/foo",
    status: 415,
    message: "415: Unsupported Media Type",
  },
  {
    name: "a Deployment without what it needs",
    method: "POST",
    path: "/apis/apps/v1/namespaces/default/deployments",
    body: '{"metadata":{"name":"web2"},"spec":{"replicas":-1}}',
    status: 422,
    message:
      'Deployment.apps "web2" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers: Required value]',
  },
  {
    name: "text where a number belongs",
    method: "POST",
    path: "/apis/apps/v1/namespaces/default/deployments",
    body: '{"metadata":{"name":"web2"},"spec":{"replicas":"1"}}',
    status: 400,
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  },
  {
    name: "a claim without size",
    method: "POST",
    path: "/api/v1/namespaces/default/persistentvolumeclaims",
    body: '{"metadata":{"name":"s2"},"spec":{}}',
    status: 422,
    message:
      'PersistentVolumeClaim "s2" is invalid: [spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]',
  },
];

for (const { name, method, path, body, type, status, message } of refusals) {
  test(`refused as by a real server: ${name}`, async () => {
    const bench = new Bench();
    const answer = await bench.send(method, path, body, type === undefined ? {} : { "content-type": type });
    assert.equal(answer.body["message"], message);
    assert.equal(answer.status, status);
    assert.equal(answer.body["code"], status);
    assert.equal(answer.body["status"], "Failure");
  });
}

test("an update with an old resourceVersion is a conflict", async () => {
  const bench = new Bench();
  await bench.post(configMaps, { metadata: { name: "x" } });
  const answer = await bench.put(`${configMaps}/x`, { metadata: { name: "x", resourceVersion: "1" } });
  assert.equal(answer.status, 409);
  assert.equal(
    answer.body["message"],
    'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test("an update that changes nothing keeps the resourceVersion", async () => {
  const bench = new Bench();
  const made = await bench.post(configMaps, { metadata: { name: "x" }, data: { a: "b" } });
  bench.run(60_000);
  const again = await bench.put(`${configMaps}/x`, { metadata: { name: "x" }, data: { a: "b" } });
  assert.equal(again.text, made.text);
});

test("dry runs answer as if and change nothing", async () => {
  const bench = new Bench();
  const made = await bench.post(`${configMaps}?dryRun=All`, { metadata: { generateName: "x-" } });
  assert.equal(made.status, 201);
  assert.match(textAt(made.body, "metadata", "name") ?? "", /^x-[a-z0-9]{5}$/);
  assert.equal(textAt(made.body, "metadata", "resourceVersion"), undefined);
  const all = await bench.get(configMaps);
  assert.deepEqual(all.body["items"], []);
});

test("a watch sees what happens after its resourceVersion, by label", async () => {
  const bench = new Bench();
  const made = await bench.post(configMaps, { metadata: { name: "a", labels: { app: "x" } } });
  const since = textAt(made.body, "metadata", "resourceVersion");
  const stream = await bench.sandbox.handle({
    method: "GET",
    path: `${configMaps}?watch=1&labelSelector=app%3Dx&resourceVersion=${since}`,
    headers: {},
  });
  await bench.post(configMaps, { metadata: { name: "b" } });
  await bench.patch("merge", `${configMaps}/b`, { metadata: { labels: { app: "x" } } });
  await bench.patch("merge", `${configMaps}/a`, { metadata: { labels: { app: "y" } } });
  const seen = await events(stream, 2);
  assert.deepEqual(
    seen.map(event => [event["type"], textAt(event["object"], "metadata", "name")]),
    [
      ["ADDED", "b"],
      ["DELETED", "a"],
    ],
  );
});

test("a watch from before the kept history is told so", async () => {
  const bench = new Bench();
  const made = await bench.post(configMaps, { metadata: { name: "a" } });
  await bench.delete(`${configMaps}/a`);
  bench.sandbox.compact();
  const stream = await bench.sandbox.handle({
    method: "GET",
    path: `${configMaps}?watch=1&resourceVersion=${textAt(made.body, "metadata", "resourceVersion")}`,
    headers: {},
  });
  const [event] = await events(stream, 1);
  assert.equal(event?.["type"], "ERROR");
  assert.equal(valueAt(event?.["object"], "code"), 410);
});

test("lists come in pages of one moment", async () => {
  const bench = new Bench();
  for (const name of ["a", "b", "c", "d"]) await bench.post(configMaps, { metadata: { name } });
  const first = await bench.get(`${configMaps}?limit=2`);
  await bench.delete(`${configMaps}/c`);
  await bench.post(configMaps, { metadata: { name: "bb" } });
  const token = textAt(first.body, "metadata", "continue") ?? "";
  const second = await bench.get(`${configMaps}?limit=2&continue=${token}`);
  const names = [...mapsAt(first.body, "items"), ...mapsAt(second.body, "items")].map(item =>
    textAt(item, "metadata", "name"),
  );
  assert.deepEqual(names, ["a", "b", "c", "d"]);
});

test("finalizers hold an object until they are gone", async () => {
  const bench = new Bench();
  await bench.post(configMaps, { metadata: { name: "x", finalizers: ["a.b/c"] } });
  const deleted = await bench.delete(`${configMaps}/x`);
  assert.equal(deleted.status, 200);
  assert.notEqual(textAt(deleted.body, "metadata", "deletionTimestamp"), undefined);
  await bench.patch("merge", `${configMaps}/x`, { metadata: { finalizers: null } });
  assert.equal((await bench.get(`${configMaps}/x`)).status, 404);
});

test("a namespace goes with all that is in it", async () => {
  const bench = new Bench();
  await bench.post("/api/v1/namespaces", { metadata: { name: "n" } });
  await bench.post("/api/v1/namespaces/n/configmaps", { metadata: { name: "x" } });
  const deleted = await bench.delete("/api/v1/namespaces/n");
  assert.equal(textAt(deleted.body, "status", "phase"), "Terminating");
  const late = await bench.post("/api/v1/namespaces/n/configmaps", { metadata: { name: "y" } });
  assert.equal(late.status, 403);
  assert.equal(
    late.body["message"],
    'configmaps "y" is forbidden: unable to create new content in namespace n because it is being terminated',
  );
  bench.run();
  assert.equal((await bench.get("/api/v1/namespaces/n")).status, 404);
  assert.equal((await bench.get("/api/v1/namespaces/n/configmaps/x")).status, 404);
});

test("dependents go with their owners", async () => {
  const bench = new Bench();
  const owner = await bench.post(configMaps, { metadata: { name: "owner" } });
  const uid = textAt(owner.body, "metadata", "uid") ?? "";
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid }];
  await bench.post(configMaps, { metadata: { name: "child", ownerReferences } });
  bench.run();
  assert.equal((await bench.get(`${configMaps}/child`)).status, 200);
  await bench.delete(`${configMaps}/owner`);
  bench.run();
  assert.equal((await bench.get(`${configMaps}/child`)).status, 404);
});

test("bodies beyond 3 MiB and bottomless ones are refused", async () => {
  const bench = new Bench();
  const large = await bench.post(
    configMaps,
    `{"metadata":{"name":"x"},"data":{"a":"${"x".repeat(3_200_000)}"}}`,
  );
  assert.equal(large.status, 413);
  const deep = await bench.post(configMaps, `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  assert.equal(deep.status, 400);
});

test("nothing that is sent makes the server fail", async () => {
  const bench = new Bench();
  await bench.post(configMaps, { metadata: { name: "x" } });
  const answers = await Promise.all([
    bench.get("//"),
    bench.get("/apis/__proto__/v1/constructor"),
    bench.get(`${configMaps}/%00`),
    bench.get(`${configMaps}?labelSelector=${"(".repeat(1000)}`),
    bench.post(configMaps, "null"),
    bench.post(configMaps, '{"metadata":"x"}'),
    bench.patch("merge", `${configMaps}/x`, '{"metadata":null}'),
    bench.patch("json", `${configMaps}/x`, "[null]"),
    bench.patch("json", `${configMaps}/x`, '[{"op":"replace","path":"","value":5}]'),
    bench.patch("strategic", `${configMaps}/x`, '{"$patch":"delete"}'),
    bench.patch("apply", `${configMaps}/z?fieldManager=a`, "{"),
    bench.patch("apply", `${configMaps}/z?fieldManager=a`, "[]"),
    bench.send("DELETE", `${configMaps}/x`, "{"),
    bench.send("FOO", configMaps),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404, 404, 400, 422, 400, 400, 200, 422, 400, 400, 400, 400, 405],
  );
});

test("keys named like parts of JavaScript objects are keys", async () => {
  const bench = new Bench();
  const body = '{"metadata":{"name":"x"},"data":{"__proto__":"1","constructor":"2"}}';
  const made = await bench.post(configMaps, body);
  assert.match(made.text, /"__proto__":"1","constructor":"2"/);
  const changed = await bench.patch("merge", `${configMaps}/x`, '{"data":{"__proto__":"3"}}');
  assert.match(changed.text, /"__proto__":"3"/);
});

test("faults happen as often as asked", async () => {
  const bench = new Bench();
  bench.sandbox.inject({ status: 503, times: 1 });
  assert.equal((await bench.get(configMaps)).status, 503);
  assert.equal((await bench.get(configMaps)).status, 200);
  bench.sandbox.inject({ reset: "after", times: 1, match: ({ method }) => method === "POST" });
  await assert.rejects(bench.post(configMaps, { metadata: { name: "x" } }), { code: "ECONNRESET" });
  assert.equal((await bench.get(`${configMaps}/x`)).status, 200);
});
