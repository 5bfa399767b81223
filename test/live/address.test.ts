import assert from "node:assert/strict";
import { test } from "node:test";
import { Workspace } from "../fn/workspace.ts";

const kubeconfig = `apiVersion: v1
kind: Config
current-context: x
contexts: [{name: x, context: {cluster: x, user: x}}]
clusters: [{name: x, cluster: {server: "ht!tp://user:pass/word@host"}}]
users: [{name: x, user: {}}]
`;

test("the password in an unusable server address is not shown", async t => {
  const work = new Workspace(t, { kubeconfig });
  const { code, stderr } = await work.kpt(["live", "install-resource-group", "--kubeconfig", "kubeconfig"]);
  assert.equal(code, 1);
  assert.match(stderr, /got "ht!tp:\/\/\*\*\*@host"/);
});
