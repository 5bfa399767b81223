// Builds, then runs the tests: the units of src/ in one process, each file of test/ in its own. Tests of
// `kpt live` run against the sandbox, and once more against a real API server where one can be had.
// Words narrow the run to files whose path contains one of them; --no-build takes dist/ as it is.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { createInterface } from "node:readline";

const root = new URL("..", import.meta.url).pathname;
const args = process.argv.slice(2);
const words = args.filter(arg => !arg.startsWith("--"));
if (!args.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

function testsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(".test.js"))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(path => words.length === 0 || words.some(word => path.includes(word)))
    .sort();
}

/** The kubeconfig of a real API server, and how to stop it; nothing when there is none to be had. */
async function realCluster() {
  const named = process.env["KPT_TEST_KUBECONFIG"];
  if (named) return { kubeconfig: named, stop: () => undefined };
  const child = spawn(process.execPath, [join(root, "dist/test/cluster/serve.js")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise(done => child.once("exit", done));
  for await (const line of createInterface({ input: child.stdout })) {
    const kubeconfig = /^export KUBECONFIG=(.*)$/.exec(line)?.[1];
    if (kubeconfig === undefined) continue;
    child.stdout.resume();
    return {
      kubeconfig,
      stop: async () => {
        child.kill("SIGTERM");
        await ended;
      },
    };
  }
  return undefined;
}

const files = testsIn(join(root, "dist/test"));
const units = testsIn(join(root, "dist/src"));
const live = files.filter(
  path =>
    path.startsWith("dist/test/live/") && readFileSync(join(root, path), "utf8").includes('"./cluster.js"'),
);
const generated = join(root, "dist/generated");
rmSync(generated, { recursive: true, force: true });
mkdirSync(generated, { recursive: true });
if (units.length > 0) {
  const entry = join(generated, "units.test.js");
  writeFileSync(entry, units.map(path => `import "../${relative("dist", path)}";\n`).join(""));
  files.unshift(relative(root, entry));
}
if (files.length === 0) {
  console.error(`no test file matches ${words.join(" ")}`);
  process.exit(1);
}

const cluster = live.length > 0 ? await realCluster() : undefined;
if (cluster !== undefined) {
  for (const path of live) {
    const entry = join(generated, `real-${basename(path)}`);
    const lines = [
      `process.env["KPT_TEST_KUBECONFIG"] = ${JSON.stringify(cluster.kubeconfig)};`,
      `await import("../${relative("dist", path)}");`,
    ];
    writeFileSync(entry, `${lines.join("\n")}\n`);
    files.push(relative(root, entry));
  }
} else if (live.length > 0) {
  console.log("no real API server: the tests of kpt live run against the sandbox alone");
}

const { KPT_TEST_KUBECONFIG: _, ...env } = process.env;
const run = spawn(process.execPath, ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files], {
  cwd: root,
  env,
  stdio: "inherit",
});
run.on("exit", async code => {
  await cluster?.stop();
  process.exit(code ?? 1);
});
