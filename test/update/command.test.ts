import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ended, kpt } from "../cli/program.ts";
import { configMap, FetchedPackage, kptfile } from "./package.ts";

const app = { Kptfile: kptfile("app"), "a.yaml": configMap("a", "x: old", "y: old") };

function inConflict(name: string, work: (pkg: FetchedPackage) => Promise<void>): void {
  test(name, async () => {
    const pkg = await FetchedPackage.get(app);
    try {
      pkg.edit("a.yaml", "x: old", "x: mine");
      pkg.publish({ ...app, "a.yaml": configMap("a", "x: new", "y: new") });
      await work(pkg);
    } finally {
      pkg[Symbol.dispose]();
    }
  });
}

function update(pkg: FetchedPackage, ...args: string[]): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(pkg.world.env).map(([name, value]) => [name, value ?? ""]));
  return kpt(["pkg", "update", "app", ...args], { cwd: pkg.world.work, env });
}

inConflict("conflicts are listed behind the summary, with file and line", async pkg => {
  const { code, stdout, stderr } = await update(pkg);
  assert.equal(code, 0);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /\nUpdated 1 package\(s\)\.\n\nDetails:\n\[Warn\] app\/a\.yaml:8: ConfigMap a: data\.x: local "mine", upstream "new"; upstream's answer is taken\n$/,
  );
  assert.match(pkg.read("a.yaml"), /x: new\n {2}y: new/);
});

inConflict("--on-conflict=fail changes nothing and exits with 4", async pkg => {
  const before = pkg.files();
  const { code, stderr } = await update(pkg, "--on-conflict=fail");
  assert.equal(code, 4);
  assert.match(stderr, /error: 1 conflict\(s\) .* nothing was written:\n {2}app\/a\.yaml:8: /);
  assert.deepEqual(pkg.files(), before);
});

inConflict("--on-conflict=local keeps what was changed here", async pkg => {
  assert.equal((await update(pkg, "--on-conflict=local")).code, 0);
  assert.match(pkg.read("a.yaml"), /x: mine\n {2}y: new/);
});

inConflict("--dry-run shows what would happen and writes nothing", async pkg => {
  const before = pkg.files();
  const { code, stdout, stderr } = await update(pkg, "--dry-run");
  assert.equal(code, 0);
  assert.equal(
    stdout,
    [
      "app/a.yaml  ConfigMap a",
      '  conflict       data.x: local "mine", upstream "new"; upstream\'s answer is taken',
      '  from upstream  data.y: "old" → "new"',
      "",
      "1 from upstream, 0 kept local, 1 conflict(s)",
      "",
    ].join("\n"),
  );
  assert.match(stderr, /\nWould update 1 package\(s\)\.\n$/);
  assert.deepEqual(pkg.files(), before);
});

inConflict("--output json gives every decision to programs", async pkg => {
  const { stdout } = await update(pkg, "--dry-run", "-ojson");
  const record = JSON.parse(stdout);
  assert.deepEqual(
    record.files.map(({ path }: { path: string }) => path),
    ["Kptfile", "a.yaml"],
  );
  assert.deepEqual(
    record.decisions.map(
      ({ field, taken, conflict }: { field: string; taken: string; conflict: boolean }) => [
        field,
        taken,
        conflict,
      ],
    ),
    [
      ["data.x", "upstream", true],
      ["data.y", "upstream", false],
    ],
  );
});

inConflict("uncommitted changes are warned about, git is not required", async pkg => {
  const { env, work } = pkg.world;
  assert(!(await update(pkg, "--dry-run")).stderr.includes("uncommitted"));
  pkg.world.git(work, ["init", "-q"]);
  assert.match((await update(pkg)).stderr, /^\[Warn\] the package has uncommitted changes/, env["HOME"]);
});

test("Secrets stay secret", async () => {
  const secret = (value: string): string =>
    configMap("s", `password: ${value}`).replace("ConfigMap", "Secret");
  const pkg = await FetchedPackage.get({ Kptfile: app.Kptfile, "s.yaml": secret("b2xk") });
  try {
    pkg.edit("s.yaml", "b2xk", "bWluZQ==");
    pkg.publish({ Kptfile: app.Kptfile, "s.yaml": secret("bmV3") });
    for (const args of [["--dry-run"], ["--dry-run", "--output=json"], ["--on-conflict=fail"], []]) {
      const { stdout, stderr } = await update(pkg, ...args);
      assert(!/b2xk|bWluZQ|bmV3/.test(stdout + stderr), stdout + stderr);
      assert.match(stdout + stderr, /data\.password/);
    }
  } finally {
    pkg[Symbol.dispose]();
  }
});
