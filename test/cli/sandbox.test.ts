import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { binary, exampleCopy, kpt, repository, temporary } from "./program.ts";

const config = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\n`;

test("sandbox start serves until it is stopped, with a kubeconfig of its own", async t => {
  const folder = temporary(t);
  const kubeconfig = join(folder, "sandbox.yaml");
  let mode = 0;
  let written = "";
  const { stdout, stderr, code } = await kpt(["sandbox", "start", "--kubeconfig", kubeconfig], {
    meanwhile: child =>
      child.stdout?.once("data", () => {
        mode = statSync(kubeconfig).mode & 0o777;
        written = readFileSync(kubeconfig, "utf8");
        child.kill("SIGINT");
      }),
  });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^sandbox listening on https?:\/\/127\.0\.0\.1:\d+\n/);
  assert.match(stdout, new RegExp(`export KUBECONFIG=${kubeconfig}\n`));
  assert.equal(mode, 0o600);
  assert.match(written, /server: https?:\/\/127\.0\.0\.1:\d+/);
  assert.ok(!existsSync(kubeconfig), "the file is gone with the sandbox");
});

test("a kubeconfig that is not the sandbox's is never written to", async t => {
  const folder = temporary(t, { config: "apiVersion: v1\nkind: Config\n" });
  const { stderr, code } = await kpt(["sandbox", "start", "--kubeconfig", "config"], { cwd: folder });
  assert.equal(code, 1);
  assert.match(stderr, /^error: file ".*config" already exists\n/);
  assert.equal(readFileSync(join(folder, "config"), "utf8"), "apiVersion: v1\nkind: Config\n");
});

test("sandbox run gives the exit code of its command and KUBECONFIG to it", async () => {
  const script = "require('node:fs').accessSync(process.env.KUBECONFIG); process.exit(7)";
  assert.equal((await kpt(["sandbox", "run", "--", process.execPath, "-e", script])).code, 7);
});

test("sandbox run needs a command, and says when there is none of that name", async () => {
  const without = await kpt(["sandbox", "run"]);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /^error: must name the command to run after `--`\n/);
  const unknown = await kpt(["sandbox", "run", "--", "no-such-program"]);
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [1, `error: can't run "no-such-program": no such file or directory\n`],
  );
});

test("a package is applied to the sandbox that a command runs in", async t => {
  const folder = temporary(t, {
    "p/Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: p\n",
    "p/a.yaml": config("a"),
  });
  const script = `"$0" "$1" live init p && "$0" "$1" live apply p && "$0" "$1" live status p`;
  const { stdout, code } = await kpt(["sandbox", "run", "--", "sh", "-c", script, process.execPath, binary], {
    cwd: folder,
  });
  assert.match(stdout, /^configmap\/a created$/m);
  assert.match(stdout, /^configmap\/a is Current: Resource is always ready$/m);
  assert.equal(code, 0);
});

test("tables have no colours where NO_COLOR is set", async t => {
  const folder = temporary(t, {
    "p/Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: p\n",
    "p/a.yaml": config("a"),
  });
  const script = `"$0" "$1" live init p && "$0" "$1" live apply p --output table && "$0" "$1" live status p --output table`;
  const run = ["sandbox", "run", "--", "sh", "-c", script, process.execPath, binary];
  const { stdout, code } = await kpt(run, { cwd: folder, env: { NO_COLOR: "1" } });
  assert.match(stdout, /ConfigMap\/a +Successful +Current/);
  assert.ok(!/\u001b\[\d+m/.test(stdout));
  assert.equal(code, 0);
});

test("SIGTERM ends the command of a sandbox first, then the sandbox", async () => {
  const script = "process.stdout.write('up'); setInterval(() => {}, 1000)";
  const { code, stdout } = await kpt(["sandbox", "run", "--", process.execPath, "-e", script], {
    meanwhile: child => child.stdout?.once("data", () => child.kill("SIGTERM")),
  });
  assert.deepEqual([code, stdout], [143, "up"]);
});

test("kpt try renders and applies a copy, and touches nothing", async t => {
  const folder = exampleCopy(t, "wordpress");
  const contents = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => [entry.name, readFileSync(join(entry.parentPath, entry.name), "utf8")]);
  const before = contents();
  const secret = join(repository, "examples/mysql-pass.yaml");
  const { stdout, code } = await kpt(["try", "wordpress", "--load", secret], {
    cwd: folder,
    env: { TMPDIR: folder },
  });
  assert.match(stdout, /^6 resource\(s\) applied\. 6 created, 0 unchanged, 0 configured, 0 failed$/m);
  assert.match(stdout, /^deployment\.apps\/wordpress is Current: Deployment is available\. Replicas: 1$/m);
  assert.equal(code, 0);
  assert.deepEqual(contents(), before);
  assert.deepEqual(readdirSync(folder), ["wordpress"], "no temporary folder stays behind");
});

test("resources that depend on others are applied after them", async () => {
  const secret = join(repository, "examples/mysql-pass.yaml");
  const example = join(repository, "examples/wordpress-with-dependencies");
  const { stdout, code } = await kpt(["try", example, "--load", secret]);
  const at = (line: string) => stdout.indexOf(`${line}\n`);
  assert.ok(at("statefulset.apps/wordpress-mysql reconciled") > 0);
  assert.ok(at("statefulset.apps/wordpress-mysql reconciled") < at("service/wordpress created"));
  assert.match(stdout, /^4 resource\(s\) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out$/m);
  assert.equal(code, 0);
});

test("what --load can't put into the cluster is refused with its place", async t => {
  const folder = temporary(t, { "a.yaml": "apiVersion: v1\nkind: Nothing\nmetadata:\n  name: a\n" });
  const { stderr, code } = await kpt(["sandbox", "run", "--load", "a.yaml", "--", "true"], { cwd: folder });
  assert.deepEqual([code, stderr], [1, 'error: a.yaml: no matches for kind "Nothing" in version "v1"\n']);
});

test("kpt try tells what is no package", async t => {
  const { stderr, code } = await kpt(["try"], { cwd: temporary(t) });
  assert.equal(code, 1);
  assert.match(stderr, /^error: \. is not a package: it has no Kptfile\n/);
});
