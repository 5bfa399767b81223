// Builds, then replays the recorded cases: npm run conformance [-- SUITE [DIR]] [--case WORD] [--verbose] [--no-build]
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
  [join(root, "dist/test/conformance/run.js"), ...args.filter(arg => arg !== "--no-build")],
  { stdio: "inherit" },
);
process.exit(run.status ?? 1);
