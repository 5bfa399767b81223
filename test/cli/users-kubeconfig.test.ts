import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { exampleCopy, kpt, repository, temporary } from "./program.ts";

const content =
  "# mine\napiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\ncurrent-context: ''\n";

/** Runs with a kubeconfig in its usual place and one that KUBECONFIG names; both must stay as they were. */
async function runBeside(t: TestContext, args: readonly string[]) {
  const home = temporary(t, { ".kube/config": content, "other.yaml": content });
  const files = [join(home, ".kube/config"), join(home, "other.yaml")];
  const times = files.map(file => statSync(file, { bigint: true }).mtimeNs);
  const ended = await kpt(args, { env: { HOME: home, KUBECONFIG: join(home, "other.yaml") } });
  assert.deepEqual(
    files.map(file => readFileSync(file, "utf8")),
    [content, content],
  );
  assert.deepEqual(
    files.map(file => statSync(file, { bigint: true }).mtimeNs),
    times,
  );
  assert.deepEqual(readdirSync(join(home, ".kube")), ["config"]);
  return ended;
}

test("sandbox run leaves the user's kubeconfigs alone", async t => {
  const script = "process.stdout.write(process.env.KUBECONFIG)";
  const { code, stdout, stderr } = await runBeside(t, [
    "sandbox",
    "run",
    "--",
    process.execPath,
    "-e",
    script,
  ]);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /other\.yaml|\.kube\/config/);
});

test("try leaves the user's kubeconfigs alone", async t => {
  const folder = exampleCopy(t, "wordpress");
  const { code, stdout, stderr } = await runBeside(t, [
    "try",
    join(folder, "wordpress"),
    "--load",
    join(repository, "examples/mysql-pass.yaml"),
  ]);
  assert.equal(code, 0, stdout + stderr);
});
