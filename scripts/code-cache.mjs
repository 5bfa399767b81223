// Makes the code cache of the bundle: runs typical commands, so that V8 compiles what they need, and stores that.
// The cache fits only the version of Node it was made with; bin/kpt.cjs does without it elsewhere.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

const examples = fileURLToPath(new URL("../examples", import.meta.url));

/** What the cache makes fast. Nothing here may write, wait or reach for the network. */
const commands = [
  ["--help"],
  ["pkg", "--help"],
  ["version"],
  ["bogus"],
  ["pkg", "tree", join(examples, "wordpress")],
  ["fn", "render", join(examples, "wordpress"), "-o", "unwrap"],
];

/** Called by the build: signs the bundle and makes its cache in a process of its own. */
export function compileCache(bundle) {
  const digest = createHash("sha256").update(readFileSync(bundle)).digest("hex").slice(0, 16);
  appendFileSync(bundle, `// ${digest}\n`);
  const home = mkdtempSync(join(tmpdir(), "kpt-build-"));
  const made = spawnSync(process.execPath, [fileURLToPath(import.meta.url), bundle, digest], {
    stdio: ["ignore", "ignore", "ignore"],
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, KPT_CACHE_DIR: home },
    timeout: 60_000,
  });
  rmSync(home, { recursive: true, force: true });
  if (made.status !== 0) {
    rmSync(`${bundle}.cache`, { force: true });
    console.error("no code cache was made: kpt will start a little slower");
  }
}

/** In the child: each command runs on the same compiled script, and its end starts the next. */
function warmUp(bundle, digest) {
  const source = readFileSync(bundle, "latin1");
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: bundle,
  });
  const exit = process.exit;
  const waiting = [...commands];
  const next = () => {
    process.removeAllListeners();
    const command = waiting.shift();
    if (command === undefined) {
      writeFileSync(`${bundle}.cache`, Buffer.concat([Buffer.from(digest), script.createCachedData()]));
      exit(0);
    }
    process.argv = [process.execPath, "kpt", ...command];
    const module = { exports: {} };
    script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, dirname(bundle));
  };
  process.exit = () => setImmediate(next);
  next();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) warmUp(process.argv[2], process.argv[3]);
