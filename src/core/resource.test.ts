import assert from "node:assert/strict";
import { test } from "node:test";
import { Resource } from "./resource.ts";
import { parseYaml } from "./yaml/parse.ts";

const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # the name
spec: {}
`;

function resource(): { object: Resource; print: () => string } {
  const file = parseYaml(text);
  const root = file.documents[0]?.root;
  assert.ok(root?.kind === "map");
  return { object: new Resource(root), print: () => file.toString() };
}

test("a resource reads its identity", () => {
  const { object } = resource();
  assert.deepEqual(object.id, { group: "apps", kind: "Deployment", namespace: "", name: "web" });
  assert.equal(object.version, "v1");
  assert.equal(object.namespace, undefined);
});

test("setters edit the text in place", () => {
  const { object, print } = resource();
  object.name = "other";
  object.namespace = "ns";
  assert.equal(
    print(),
    text.replace("web", "other").replace("# the name\n", "# the name\n  namespace: ns\n"),
  );
  object.namespace = undefined;
  object.name = "web";
  assert.equal(print(), text);
});

test("annotations come and go with their mapping", () => {
  const { object, print } = resource();
  object.annotations.set("a/b", "true");
  assert.equal(print(), text.replace("spec", '  annotations:\n    a/b: "true"\nspec'));
  assert.deepEqual(object.annotations.entries(), [["a/b", "true"]]);
  assert.equal(object.annotations.delete("a/b"), true);
  assert.equal(object.annotations.delete("a/b"), false);
  assert.equal(object.annotations.size, 0);
  assert.equal(print(), text);
});
