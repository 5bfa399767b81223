import assert from "node:assert/strict";
import { test } from "node:test";
import { crdSchemas } from "./crd.ts";
import { defaultsFor } from "./defaults.ts";
import { validateObject } from "./validate.ts";

const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { kind: "Thing", plural: "things", shortNames: ["th"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              metadata: { type: "object", properties: { name: { type: "string", maxLength: 3 } } },
              spec: {
                type: "object",
                default: {},
                properties: {
                  size: { type: "integer", default: 1 },
                  tags: { type: "array", items: { type: "string" }, default: ["a"] },
                },
              },
            },
          },
        },
      },
    ],
  },
};

test("a CRD gives schema, scope and resource of its versions", () => {
  const found = crdSchemas([crd, { kind: "Other" }, null]);
  assert.equal(found.scopeOf("example.com/v1", "Thing"), "namespaced");
  assert.equal(found.scopeOf("example.com/v2", "Thing"), undefined);
  const [type] = found.types;
  assert.equal(type?.resource.name, "things");
  assert.deepEqual(
    type?.resource.subresources.map(each => each.name),
    ["status"],
  );
  assert.equal(type?.resource.singularName, "thing");
});

test("the metadata of custom objects is that of every object, with the CRD's rules for names", () => {
  const schema = crdSchemas([crd]).schemaOf("example.com/v1", "Thing");
  assert.ok(schema);
  const thing = {
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { name: "long", labels: { a: 1 } },
    spec: { x: 1 },
  };
  assert.deepEqual(
    validateObject(thing, schema, { unknownFields: true }).map(violation => violation.message),
    [
      "metadata.name: Too long: may not be more than 3 bytes",
      'metadata.labels.a: Invalid value: "integer": metadata.labels.a in body must be of type string: "integer"',
      'unknown field "spec.x"',
    ],
  );
});

test("defaults fill what is absent and leave the given value alone", () => {
  const schema = crdSchemas([crd]).schemaOf("example.com/v1", "Thing");
  assert.ok(schema);
  const given = { metadata: { name: "a" } };
  const filled = defaultsFor(given, schema);
  assert.deepEqual(JSON.parse(JSON.stringify(filled)), {
    metadata: { name: "a" },
    spec: { size: 1, tags: ["a"] },
  });
  assert.deepEqual(given, { metadata: { name: "a" } });
  assert.equal(defaultsFor(filled, schema), filled);
});
