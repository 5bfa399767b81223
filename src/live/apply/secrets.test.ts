import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonMap } from "../../core/json.ts";
import { changeLines, shownChanges } from "./changes.ts";
import { maskSecret, maskValues } from "./secrets.ts";

const secret = (password: string): JsonMap => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "s",
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"password":"${password}"}}`,
    },
  },
  data: { password },
  stringData: { token: 'quo"ted' },
});

test("values of a Secret don't survive in a server's text, in any spelling", () => {
  const object = secret(Buffer.from("hunter2").toString("base64"));
  const text = `data: Invalid value: "aHVudGVyMg==" (hunter2), token quo"ted, {"token":"quo\\"ted"}`;
  assert.equal(maskValues(text, object), 'data: Invalid value: "***" (***), token ***, {"token":"***"}');
});

test("a Secret is shown without its values and without the memory of them", () => {
  assert.doesNotMatch(JSON.stringify(maskSecret(secret("c2VjcmV0"))), /c2VjcmV0|quo/);
});

test("a changed value of a Secret is told, not shown", () => {
  const lines = changeLines(shownChanges(secret("b25l"), secret("dHdv")));
  assert.deepEqual(lines, ["~ data.password: *** -> ***"]);
});
