// Makes the code caches of the parts of the binary: runs typical commands, so that V8 compiles what they need, and
// stores that. They fit only the version of Node they were made with; bin/kpt.cjs does without them elsewhere.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the caches make fast: these run in a temporary folder that holds a copy of the example. */
const commands = [
  ["--help"],
  ["pkg", "--help"],
  ["version"],
  ["bogus"],
  ["pkg", "tree", "wordpress"],
  ["fn", "render", "wordpress"],
  ["fn", "render", "wordpress"],
  ["try", "wordpress", "--load", "mysql-pass.yaml", "--reconcile-timeout", "10s"],
];

/** Called by the build: the caches are made in a process of their own. */
export function makeCodeCache() {
  const home = mkdtempSync(join(tmpdir(), "kpt-build-"));
  cpSync(join(root, "examples"), home, { recursive: true });
  const made = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    stdio: "ignore",
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, KPT_CACHE_DIR: home },
    timeout: 60_000,
  });
  rmSync(home, { recursive: true, force: true });
  if (made.status !== 0) console.error("no code cache was made: kpt will start a little slower");
}

/** In the child: each command loads the program anew, on the same compiled scripts, and its end starts the next. */
function warmUp() {
  const { load, loaded } = createRequire(import.meta.url)("../bin/kpt.cjs");
  const scripts = new Map();
  load.onScript = (filename, source, script) => scripts.set(filename, { source, script });
  const exit = process.exit;
  const waiting = [...commands];
  const next = () => {
    process.removeAllListeners();
    // After each command: should one of them not end, the others have their cache.
    for (const [filename, { source, script }] of scripts) {
      const digest = Buffer.from(source.slice(-17, -1));
      writeFileSync(`${filename}.cache`, Buffer.concat([digest, script.createCachedData()]));
    }
    const command = waiting.shift();
    if (command === undefined) exit(0);
    process.argv = [process.execPath, "kpt", ...command];
    loaded.delete("./kpt.cjs");
    load("./kpt.cjs");
  };
  process.exit = () => setImmediate(next);
  next();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) warmUp();
