// The life of a package, on real commands: fetched from a git repository, rendered, applied to a cluster, edited,
// updated from upstream, applied again with a resource pruned, destroyed. Needs git; the cluster is the sandbox.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kptPath = join(root, "bin/kpt.cjs");
const temp = mkdtempSync(join(tmpdir(), "kpt-demo-"));
/** Where the author of the package works, and where it is published. */
const author = join(temp, "author");
const upstream = join(temp, "packages.git");
const work = join(temp, "work");
const home = join(temp, "home");
const kubeconfig = join(temp, "sandbox.yaml");
for (const folder of [author, upstream, work, home]) mkdirSync(folder);

/** Nothing of the user's own is read or written: no home, no git settings, no cache, no cluster. */
const env = {
  PATH: process.env.PATH,
  HOME: home,
  TMPDIR: temp,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
  KPT_CACHE_DIR: join(temp, "cache"),
  KUBECONFIG: kubeconfig,
  ...(process.env.NO_COLOR === undefined ? {} : { NO_COLOR: process.env.NO_COLOR }),
};

const say = text => process.stdout.write(`\n# ${text}\n`);

/** Shows a command and runs it, its output as it comes; the demo ends where one fails. */
function kpt(...args) {
  process.stdout.write(`$ kpt ${args.join(" ")}\n`);
  const run = spawnSync(process.execPath, [kptPath, ...args], { cwd: work, env, stdio: ["ignore", 1, 1] });
  if (run.status !== 0)
    throw new Error(`kpt ${args.join(" ")} ended with exit code ${run.status ?? run.signal}`);
}

function git(...args) {
  const identity = ["-c", "user.name=demo", "-c", "user.email=demo@example.com"];
  const run = spawnSync("git", [...identity, ...args], { cwd: author, env, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`git ${args.join(" ")}: ${run.error?.message ?? run.stderr}`);
}

/** Makes the example's files the content of the upstream package and tags it. */
function publish(example, tag) {
  const folder = join(author, "wordpress");
  rmSync(folder, { recursive: true, force: true });
  // The README is about the example, not part of the package.
  cpSync(join(root, "examples", example), folder, {
    recursive: true,
    filter: source => basename(source) !== "README.md",
  });
  git("add", "--all");
  git("commit", "--quiet", "--message", `WordPress ${tag}`);
  git("tag", `wordpress/${tag}`);
  git("push", "--quiet", upstream, "main", `wordpress/${tag}`);
}

function edit(file, from, to) {
  const path = join(work, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
  writeFileSync(path, text.replace(from, to));
  process.stdout.write(`$ edit ${file}: ${from} -> ${to}\n`);
}

/** What became of a file: the lines that match. */
function show(file, pattern) {
  process.stdout.write(`$ grep -E '${pattern.source}' ${file}\n`);
  const lines = readFileSync(join(work, file), "utf8").split("\n");
  for (const line of lines) if (pattern.test(line)) process.stdout.write(`${line}\n`);
}

function startSandbox() {
  const secret = join(root, "examples/mysql-pass.yaml");
  const args = [kptPath, "sandbox", "start", "--kubeconfig", kubeconfig, "--load", secret];
  const child = spawn(process.execPath, args, { cwd: work, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise(resolve => child.on("exit", resolve));
  const ready = new Promise((resolve, reject) => {
    child.stdout.on("data", () => existsSync(kubeconfig) && resolve());
    child.on("exit", code => reject(new Error(`the sandbox ended with exit code ${code}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { ready, stop };
}

function walk() {
  const address = `file://${upstream}/wordpress`;
  say("Get a package from a git repository");
  kpt("pkg", "get", `${address}@v1`);
  say("Explore it");
  kpt("pkg", "tree", "wordpress");
  say("Render it: run its pipeline of functions on its resources");
  kpt("fn", "render", "wordpress");
  say("Give it an inventory, which remembers what was applied");
  kpt("live", "init", "wordpress");
  say("Prepare the cluster, once: the inventory is kept there");
  kpt("live", "install-resource-group");
  say("See what applying it would do");
  kpt("live", "apply", "wordpress", "--dry-run");
  say("Apply it and wait until everything runs");
  kpt("live", "apply", "wordpress", "--reconcile-timeout=2m");
  kpt("live", "status", "wordpress");
  say("Change it by hand");
  edit("wordpress/deployment/deployment.yaml", "replicas: 1", "replicas: 2");
  say("Meanwhile upstream publishes v2: a newer WordPress, uploads in a bucket instead of a volume");
  publish("wordpress-v2", "v2");
  kpt("pkg", "update", "wordpress@v2");
  show("wordpress/deployment/deployment.yaml", /replicas:|image:/);
  kpt("fn", "render", "wordpress");
  say("Apply v2: the volume claim that is gone from the package is pruned from the cluster");
  kpt("live", "apply", "wordpress", "--reconcile-timeout=2m");
  say("Take it all down again");
  kpt("live", "destroy", "wordpress");
}

const started = performance.now();
const sandbox = startSandbox();
try {
  git("init", "--quiet", "--bare", "--initial-branch=main", upstream);
  git("init", "--quiet", "--initial-branch=main");
  publish("wordpress", "v1");
  await sandbox.ready;
  walk();
  say(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s. Left behind: nothing.`);
} catch (error) {
  console.error(`\ndemo: ${error.message}`);
  process.exitCode = 1;
} finally {
  await sandbox.stop();
  rmSync(temp, { recursive: true, force: true });
}
