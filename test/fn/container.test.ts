import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { configMap, Workspace } from "./workspace.ts";

/** A function for an image without anything else in it. Its first argument says what it does with its input. */
const source = `
#include <stdio.h>
#include <string.h>
#include <unistd.h>
extern char **environ;
static char text[65536];
int main(int count, char **args) {
  if (!strcmp(args[1], "hang")) for (;;) pause();
  size_t length = fread(text, 1, sizeof text, stdin);
  if (!strcmp(args[1], "fail")) { fputs("why it failed\\n", stderr); return 3; }
  if (strcmp(args[1], "probe")) {
    fwrite(text, 1, length, stdout);
    if (!strcmp(args[1], "report")) puts("results:\\n- message: looked at it\\n  severity: info");
    return 0;
  }
  fprintf(stderr, "user %d:%d\\n", getuid(), getgid());
  for (char **entry = environ; *entry; entry++) fprintf(stderr, "env %s\\n", *entry);
  FILE *devices = fopen("/proc/net/dev", "r");
  while (devices && fgets(text, sizeof text, devices)) {
    char *end = strchr(text, ':');
    if (end) fprintf(stderr, "device %.*s\\n", (int)(end - text), text);
  }
  return 1;
}
`;

const home = mkdtempSync(join(tmpdir(), "kpt-podman-"));
const env = {
  KRM_FN_RUNTIME: "podman",
  CONTAINERS_CONF: join(home, "containers.conf"),
  CONTAINERS_STORAGE_CONF: join(home, "storage.conf"),
};

function podman(...args: string[]): string {
  return execFileSync("podman", args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const image = (mode: string) => `localhost/kpt-test/${mode}:v1`;
const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

/** Why there is nothing to test with here; images are built on the way. */
function missing(): string | false {
  if (!has("podman")) return "podman is absent";
  if (!has("cc")) return "no C compiler";
  const runtime = has("runc") ? 'runtime = "runc"\n' : "";
  writeFileSync(
    env.CONTAINERS_CONF,
    `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${home}/tmp"
${runtime}`,
  );
  writeFileSync(
    env.CONTAINERS_STORAGE_CONF,
    `[storage]\ndriver = "vfs"\ngraphroot = "${home}/root"\nrunroot = "${home}/run"\n`,
  );
  const build = join(home, "build");
  mkdirSync(build);
  writeFileSync(join(build, "fn.c"), source);
  writeFileSync(join(build, "passwd"), "nobody:x:65534:65534::/:\n");
  try {
    execFileSync("cc", ["-static", "-o", join(build, "fn"), join(build, "fn.c")], { stdio: "pipe" });
    for (const mode of ["pass", "fail", "hang", "probe", "report"]) {
      const text = `FROM scratch\nCOPY passwd /etc/passwd\nCOPY fn /fn\nENTRYPOINT ["/fn", "${mode}"]\n`;
      writeFileSync(join(build, "Dockerfile"), text);
      podman("build", "--quiet", "--tag", image(mode), build);
    }
    podman("run", "--rm", "--network", "none", image("pass"));
  } catch (error) {
    return `no container can be made here: ${error instanceof Error ? error.message : String(error)}`;
  }
  return false;
}

const skip = missing();
if (skip !== false) console.error(`container.test: skipped, ${skip}`);

after(() => {
  if (skip === false) podman("rm", "--all", "--force", "--time", "0");
  rmSync(home, { recursive: true, force: true });
});

const files = { "pkg/x.yaml": configMap("x") };

test("an image passes, fails with its code and words, and reports results", { skip }, async t => {
  const pipeline = ["pass", "report", "fail"].map(mode => `    - image: ${image(mode)}\n`).join("");
  const work = new Workspace(t, {
    ...files,
    "pkg/Kptfile": `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: app\npipeline:\n  mutators:\n${pipeline}`,
  });
  mkdirSync(join(work.root, "out"));
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--results-dir", "out"], { env });
  assert.equal(code, 1);
  assert.match(stderr, /\[PASS\] "localhost\/kpt-test\/pass:v1"/);
  assert.match(stderr, /\[info\]: looked at it/);
  assert.match(stderr, /Stderr:\n {4}why it failed\n {2}Exit code: 3/);
  assert.match(work.read("out/results.yaml"), /stderr: why it failed\n {4}exitCode: 3/);
  assert.equal(work.read("pkg/x.yaml"), files["pkg/x.yaml"]);
  assert.equal(podman("ps", "--all", "--quiet"), "");
});

test("a container is nobody, without network and without the user's environment", { skip }, async t => {
  const work = new Workspace(t, files);
  const secret = { ...env, SECRET: "s3cret", GIVEN: "given" };
  const args = ["fn", "eval", "pkg", "--image", image("probe"), "--truncate-output=false"];
  const alone = await work.kpt(args, { env: secret });
  assert.match(alone.stderr, /user 65534:65534\n/);
  assert.doesNotMatch(alone.stderr, /SECRET|GIVEN|KRM_FN_RUNTIME/);
  assert.deepEqual(
    alone.stderr.match(/device +\w+/g)?.map(line => line.replace(/ +/, " ")),
    ["device lo"],
  );

  const given = await work.kpt([...args, "--env", "A=b", "--env", "GIVEN", "--as-current-user"], {
    env: secret,
  });
  assert.match(given.stderr, new RegExp(`user ${process.getuid?.()}:${process.getgid?.()}\\n`));
  assert.match(given.stderr, /env A=b\n/);
  assert.match(given.stderr, /env GIVEN=given\n/);
  assert.doesNotMatch(given.stderr, /SECRET/);
});

test("an image that is not there is not pulled when that is forbidden", { skip }, async t => {
  const work = new Workspace(t, files);
  const args = ["fn", "eval", "pkg", "--image", image("absent"), "--image-pull-policy", "Never"];
  const { code, stderr } = await work.kpt(args, { env });
  assert.equal(code, 1);
  assert.match(stderr, /absent:v1.*\n {2}Exit code: 125/);
});

for (const engine of ["docker", "podman", "nerdctl"]) {
  test(`${engine} being absent is said, with where to get it`, async t => {
    const work = new Workspace(t, files);
    const args = ["fn", "eval", "pkg", "--image", image("pass")];
    const { code, stderr } = await work.kpt(args, { env: { KRM_FN_RUNTIME: engine, PATH: work.root } });
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`exec: "${engine}": executable file not found in \\$PATH\n${engine} must`),
    );
    assert.match(stderr, /follow the instructions at https:/);
    assert.equal(work.read("pkg/x.yaml"), files["pkg/x.yaml"]);
  });
}

test("an interrupted function leaves no container behind, and others alone", { skip }, async t => {
  const work = new Workspace(t, files);
  const running = () => podman("ps", "--all", "--quiet", "--no-trunc").split("\n").filter(Boolean);
  const other = podman("run", "--detach", "--network", "none", image("hang")).trim();
  const stop = new AbortController();
  const ended = work.kpt(["fn", "eval", "pkg", "--image", image("hang")], { env, signal: stop.signal });
  // Each look takes a process; between two of them our own function gets on.
  for (let looks = 0; running().length < 2 && looks < 500; looks++) await new Promise(setImmediate);
  assert.equal(running().length, 2);
  stop.abort();
  assert.notEqual((await ended).code, 0);
  assert.deepEqual(running(), [other]);
});
