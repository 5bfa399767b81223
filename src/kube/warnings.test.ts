import assert from "node:assert/strict";
import { test } from "node:test";
import type { Transport } from "./transport.ts";
import { heeding } from "./warnings.ts";

test("each sentence of a Warning header is told once, made safe for a terminal", async () => {
  const headers = [
    { warning: String.raw`299 - "unknown field \"spec.replcas\"", 299 - "v1beta1 is deprecated"` },
    { warning: '299 - "v1beta1 is deprecated"' },
    { warning: '299 - "\u001b[2Jgone"' },
    { warning: '199 - "not the server\'s"' },
    {},
  ];
  const inner: Transport = {
    request: async () => ({ status: 200, headers: headers.shift() ?? {}, body: (async function* () {})() }),
    close: async () => undefined,
  };
  const told: string[] = [];
  const transport = heeding(inner, sentence => told.push(sentence));
  while (headers.length > 0) await transport.request({ method: "GET", path: "/", headers: {} });
  assert.deepEqual(told, [
    'unknown field "spec.replcas"',
    "v1beta1 is deprecated",
    String.raw`\u001b[2Jgone`,
  ]);
});
