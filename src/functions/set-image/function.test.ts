import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../../sdk/testing.ts";
import { fn } from "./function.ts";
import { changeImage, splitImage } from "./image.ts";

const config = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: ${data}\n`;

async function run(input: string, given: string, tag = "latest") {
  const { files, results, failed } = await runOnFiles(fn, { "f.yaml": input }, { config: given, tag });
  return { text: files.get("f.yaml") ?? "", said: results.map(each => each.message), failed: failed?.stderr };
}

test("images are divided and put together", () => {
  assert.deepEqual(splitImage("localhost:5000/a/b:1@sha256:0"), {
    name: "localhost:5000/a/b",
    tag: "1",
    digest: "sha256:0",
  });
  assert.deepEqual(splitImage("localhost:5000/a"), { name: "localhost:5000/a", tag: "", digest: "" });
  const change = { name: "nginx", newName: "", newTag: "", digest: "" };
  const cases = [
    ["nginx:1.2", { newName: "foo" }, "foo:1.2"],
    ["nginx@sha256:0", { newName: "foo" }, "foo@sha256:0"],
    ["nginx:1@sha256:0", { newTag: "2" }, "nginx:2"],
    ["nginx:1", { digest: "sha256:1" }, "nginx@sha256:1"],
    ["nginx", { newTag: "2", digest: "sha256:1" }, "nginx:2@sha256:1"],
  ] as const;
  for (const [image, with_, after] of cases) assert.equal(changeImage(image, { ...change, ...with_ }), after);
});

const pod = (kind: string, image: string) =>
  `apiVersion: ${kind}\nmetadata: {name: a}\nspec:\n  containers:\n  - image: ${image} # web\n  initContainers:\n  - image: "${image}"\n`;

test("containers and init containers change, comments and quotes stay", async () => {
  const { text, said } = await run(pod("v1\nkind: Pod", "nginx:1"), config("{name: nginx, newTag: '2'}"));
  assert.equal(text, pod("v1\nkind: Pod", "nginx:2"));
  assert.deepEqual(said, ["summary: updated a total of 2 image(s)"]);
});

test("other names, other kinds and definitions are left alone", async () => {
  const change = config("{name: nginx, newTag: x}");
  for (const input of [
    pod("v1\nkind: Pod", "docker.io/nginx:1"),
    pod("v1\nkind: Pod", "nginx-debug:1"),
    pod("batch/v1\nkind: Job", "nginx:1"),
    pod("apiextensions.k8s.io/v1\nkind: CustomResourceDefinition", "nginx:1"),
  ]) {
    const { text, said } = await run(input, change);
    assert.equal(text, input);
    assert.deepEqual(said, ["summary: updated a total of 0 image(s)"]);
  }
});

test("further fields can be named", async () => {
  const own =
    "apiVersion: fn.kpt.dev/v1alpha1\nkind: SetImage\nmetadata: {name: c}\nimage: {name: nginx, newName: x}\nadditionalImageFields: [{kind: Custom, path: data/image}]\n";
  const { text } = await run(
    "apiVersion: a/v1\nkind: Custom\nmetadata: {name: a}\ndata: {image: nginx:1}\n",
    own,
  );
  assert.match(text, /data: \{image: x:1\}/);
});

test("configs are refused as published", async () => {
  const summary = "summary: updated a total of 0 image(s)";
  const cases = [
    ["{newTag: x}", ["invalid FunctionConfig: must specify `name`", summary]],
    ["{name: x}", ["invalid FunctionConfig: must specify one of `newName`, `newTag`, or `digest`", summary]],
    ["{foo: x}", ["ConfigMap has wrong field name foo"]],
  ] as const;
  for (const [data, messages] of cases) {
    const { said, failed } = await run(pod("v1\nkind: Pod", "nginx"), config(data));
    assert.deepEqual(said, messages);
    assert.equal(failed, "failed to evaluate function: error: function failure");
  }
});

test("first releases look at any kind and report each image", async () => {
  const { said } = await run(
    pod("batch/v1\nkind: Any", "nginx:1"),
    config("{name: nginx, newTag: '2'}"),
    "v0.1.1",
  );
  assert.deepEqual(said, Array(2).fill("set image from nginx:1 to nginx:2"));
});
