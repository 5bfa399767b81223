import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaOf } from "./lookup.ts";
import { readSchema } from "./openapi.ts";
import { type ValidateOptions, validateObject } from "./validate.ts";

function messages(value: unknown, schema: unknown, options?: ValidateOptions): string[] {
  return validateObject(value, readSchema(schema), options).map(violation => violation.message);
}

const cases: { name: string; schema: unknown; value: unknown; says: string[] }[] = [
  {
    name: "wrong type",
    schema: { type: "object", properties: { replicas: { type: "integer" } } },
    value: { replicas: "two" },
    says: ['replicas: Invalid value: "string": replicas in body must be of type integer: "string"'],
  },
  {
    name: "null where it is not allowed",
    schema: { type: "object", properties: { a: { type: "string" }, b: { type: "string", nullable: true } } },
    value: { a: null, b: null },
    says: ['a: Invalid value: "null": a in body must be of type string: "null"'],
  },
  {
    name: "missing field",
    schema: { type: "object", properties: { spec: { type: "object", required: ["x"] } } },
    value: { spec: {} },
    says: ["spec.x: Required value"],
  },
  {
    name: "enum",
    schema: { type: "object", properties: { a: { type: "string", enum: ["x", "y"] } } },
    value: { a: "z" },
    says: ['a: Unsupported value: "z": supported values: "x", "y"'],
  },
  {
    name: "pattern in Go's syntax",
    schema: { type: "object", properties: { a: { type: "string", pattern: "^(?i)[a-z]+$" } } },
    value: { a: "1" },
    says: ["a: Invalid value: \"1\": a in body should match '^(?i)[a-z]+$'"],
  },
  {
    name: "bounds",
    schema: {
      type: "object",
      properties: {
        a: { type: "integer", minimum: 1 },
        b: { type: "number", maximum: 2, exclusiveMaximum: true },
      },
    },
    value: { a: 0, b: 2 },
    says: [
      "a: Invalid value: 0: a in body should be greater than or equal to 1",
      "b: Invalid value: 2: b in body should be less than 2",
    ],
  },
  {
    name: "lengths",
    schema: {
      type: "object",
      properties: { a: { type: "string", maxLength: 2 }, b: { type: "array", maxItems: 1 } },
    },
    value: { a: "abc", b: [1, 2] },
    says: ["a: Too long: may not be more than 2 bytes", "b: Too many: 2: must have at most 1 item"],
  },
  {
    name: "int-or-string",
    schema: { type: "object", properties: { a: { "x-kubernetes-int-or-string": true } } },
    value: { a: true },
    says: ['a: Invalid value: "boolean": a in body must be of type integer,string: "boolean"'],
  },
  {
    name: "duplicate keys of a list map, defaults counted",
    schema: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["port", "protocol"],
      items: {
        type: "object",
        properties: { port: { type: "integer" }, protocol: { type: "string", default: "TCP" } },
      },
    },
    value: [{ port: 1 }, { port: 1, protocol: "UDP" }, { port: 1, protocol: "TCP" }],
    says: ['[2]: Duplicate value: {"port":1,"protocol":"TCP"}'],
  },
  {
    name: "unknown fields, but for those that are kept",
    schema: {
      type: "object",
      properties: {
        closed: { type: "object", properties: {} },
        open: { type: "object", properties: {}, "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    value: JSON.parse('{"closed":{"__proto__":1},"open":{"x":1}}'),
    says: ['unknown field "closed.__proto__"'],
  },
  {
    name: "embedded objects",
    schema: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
    value: { apiVersion: "v1", metadata: { name: 1 } },
    says: [
      "kind: Required value: must not be empty",
      'metadata.name: Invalid value: "integer": metadata.name in body must be of type string: "integer"',
    ],
  },
  {
    name: "combinations",
    schema: { oneOf: [{ required: ["a"] }, { required: ["b"] }] },
    value: { a: 1, b: 2 },
    says: [
      '<nil>: Invalid value: {"a":1,"b":2}: <nil> in body must validate one and only one schema (oneOf)',
    ],
  },
];

for (const { name, schema, value, says } of cases) {
  test(`validation: ${name}`, () => {
    assert.deepEqual(messages(value, schema, { unknownFields: true }), says);
  });
}

test("a whole Deployment is checked against the embedded schema", () => {
  const schema = schemaOf("apps/v1", "Deployment");
  assert.ok(schema);
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a", labels: { a: 1 } },
    spec: {
      replicas: "3",
      template: {
        spec: {
          containers: [
            { name: "a", image: "a", ports: [{ containerPort: 80 }], resources: { limits: { cpu: 1 } } },
            { name: "a", imag: "b", livenessProbe: { httpGet: { port: "http" } } },
          ],
        },
      },
    },
  };
  assert.deepEqual(
    validateObject(deployment, schema, { unknownFields: true }).map(violation => violation.message),
    [
      'metadata.labels.a: Invalid value: "integer": metadata.labels.a in body must be of type string: "integer"',
      "spec.selector: Required value",
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
      'unknown field "spec.template.spec.containers[1].imag"',
      'spec.template.spec.containers[1]: Duplicate value: {"name":"a"}',
    ],
  );
});

test("values nested without end are refused, not followed", () => {
  const schema = schemaOf("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  assert.ok(schema);
  let nested: object = {};
  for (let i = 0; i < 10_000; i++) nested = { properties: { a: nested } };
  const crd = {
    spec: {
      group: "a",
      names: { kind: "a", plural: "a" },
      scope: "Cluster",
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: nested } }],
    },
  };
  assert.match(validateObject(crd, schema)[0]?.message ?? "", /nested too deeply$/);
});

test("a pattern that explodes in other engines is checked in linear time", () => {
  const schema = { type: "string", pattern: "^(a+)+$" };
  assert.equal(messages(`${"a".repeat(2000)}b`, schema).length, 1);
});
