// Builds, then measures whole commands: npm run bench [-- WORD…] [--no-build]
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const args = process.argv.slice(2);
if (!args.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
const run = spawnSync(
  process.execPath,
  [join(root, "dist/bench/run.js"), ...args.filter(arg => arg !== "--no-build")],
  { stdio: "inherit" },
);
process.exit(run.status ?? 1);
