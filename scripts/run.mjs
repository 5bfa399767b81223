// Builds, then runs a built program with the arguments that follow it: node scripts/run.mjs PROGRAM [ARG…] [--no-build]
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const [program, ...args] = process.argv.slice(2);
if (!args.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
const rest = args.filter(arg => arg !== "--no-build");
const run = spawnSync(process.execPath, [join(root, program), ...rest], { stdio: "inherit" });
process.exit(run.status ?? 1);
