import assert from "node:assert/strict";
import { test } from "node:test";
import { kpt, temporary } from "./program.ts";

test("JSON files are printed, git's own are not", async t => {
  const folder = temporary(t, { "p/a.json": '{"a": 1}', "p/.git/config": "[core]", "p/b.txt": "b" });
  const { stdout } = await kpt(["pkg", "cat", "p"], { cwd: folder });
  assert.equal(stdout, '{"a": 1}\n---\nb\n');
});

test("operations of webhooks are sorted, a document that opts out is not", async t => {
  const webhook = (name: string, annotation: string) => `kind: ValidatingWebhookConfiguration
apiVersion: admissionregistration.k8s.io/v1
metadata:
  name: ${name}${annotation}
webhooks:
- name: w
  rules:
  - operations: [UPDATE, CREATE]
`;
  const none = "\n  annotations:\n    config.kubernetes.io/formatting: none";
  const folder = temporary(t, { "a.yaml": webhook("a", ""), "b.yaml": webhook("b", none) });
  const { stdout } = await kpt(["pkg", "cat"], { cwd: folder });
  const [first = "", second = ""] = stdout.split("---\n");
  assert.match(first, /^apiVersion: .*\nkind: [\s\S]*operations: \[CREATE, UPDATE\]/);
  assert.equal(second, webhook("b", none));
});

test("an unknown style is refused", async t => {
  const { stderr, code } = await kpt(["pkg", "cat", "--style", "Bold"], { cwd: temporary(t) });
  assert.equal(code, 1);
  assert.match(stderr, /^error: unknown style "Bold": must be one of TaggedStyle, /);
});
