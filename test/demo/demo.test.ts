import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { repository, runNode } from "../cli/program.ts";

/** What each command of the demo printed, by its line. */
function outputs(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const block of text.split(/^(?=[$#] )/m)) {
    const [command = "", ...lines] = block.trimEnd().split("\n");
    if (command.startsWith("$ "))
      found.set(command.slice(2), [...(found.get(command.slice(2)) ?? []), ...lines]);
  }
  return found;
}

const kinds = [
  "service/wordpress",
  "service/wordpress-mysql",
  "deployment.apps/wordpress",
  "deployment.apps/wordpress-mysql",
  "persistentvolumeclaim/mysql-pv-claim",
  "persistentvolumeclaim/wp-pv-claim",
];

test("the demo takes a package through its whole life", async () => {
  const { stdout, stderr, code } = await runNode([join(repository, "scripts/demo.mjs")]);
  assert.equal(stderr, "");
  assert.equal(code, 0, stdout);
  const printed = outputs(stdout);
  const of = (command: string): string[] =>
    printed.get(`kpt ${command}`) ?? assert.fail(`no ${command} in\n${stdout}`);

  assert.deepEqual(of("pkg tree wordpress").slice(0, 3), [
    'Package "wordpress"',
    "├── [Kptfile]  Kptfile wordpress",
    "├── [service.yaml]  Service wordpress",
  ]);
  assert.ok(
    of("live init wordpress").includes(
      'initializing "resourcegroup.yaml" inventory info (namespace: default)...success',
    ),
  );
  assert.deepEqual(of("live apply wordpress --dry-run"), [
    "Dry-run strategy: client",
    ...kinds.map(each => `${each} created`),
    "6 resource(s) applied. 6 created, 0 unchanged, 0 configured, 0 failed",
    "0 resource(s) pruned, 0 skipped, 0 failed",
  ]);

  const applied = of("live apply wordpress --reconcile-timeout=2m");
  assert.deepEqual(applied.slice(0, 13), [
    ...kinds.map(each => `${each} created`),
    "6 resource(s) applied. 6 created, 0 unchanged, 0 configured, 0 failed",
    ...kinds.map(each => `${each} reconcile pending`),
  ]);
  assert.deepEqual(applied.slice(13, 19).sort(), kinds.map(each => `${each} reconciled`).sort());
  assert.equal(applied[19], "6 resource(s) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out");
  assert.ok(applied.includes("persistentvolumeclaim/wp-pv-claim pruned"));
  assert.ok(applied.includes("1 resource(s) pruned, 0 skipped, 0 failed to prune"));

  assert.deepEqual(of("live status wordpress"), [
    "service/wordpress is Current: Service is ready",
    "service/wordpress-mysql is Current: Service is ready",
    "deployment.apps/wordpress is Current: Deployment is available. Replicas: 1",
    "deployment.apps/wordpress-mysql is Current: Deployment is available. Replicas: 1",
    "persistentvolumeclaim/mysql-pv-claim is Current: PVC is Bound",
    "persistentvolumeclaim/wp-pv-claim is Current: PVC is Bound",
  ]);
  const merged = [...printed].find(([command]) => command.startsWith("grep "))?.[1];
  assert.deepEqual(merged, ["  replicas: 2", "          image: wordpress:6.8-apache"]);
  assert.ok(of("live destroy wordpress").includes("5 resource(s) deleted, 0 skipped, 0 failed to delete"));
});
