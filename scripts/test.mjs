// Builds, then runs the tests: the units of src/ in one process, each file of test/ in its own.
// Words narrow the run to files whose path contains one of them; --no-build takes dist/ as it is.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

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

const files = testsIn(join(root, "dist/test"));
const units = testsIn(join(root, "dist/src"));
if (units.length > 0) {
  const entry = join(root, "dist/units.test.js");
  writeFileSync(entry, units.map(path => `import "./${relative("dist", path)}";\n`).join(""));
  files.unshift(relative(root, entry));
}
if (files.length === 0) {
  console.error(`no test file matches ${words.join(" ")}`);
  process.exit(1);
}
const run = spawnSync(
  process.execPath,
  ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files],
  {
    cwd: root,
    stdio: "inherit",
  },
);
process.exit(run.status ?? 1);
