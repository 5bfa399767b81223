// Builds everything: dist/src and dist/test (ES modules with types, by tsc) and dist/kpt (the bundled binary).
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { compileCache } from "./code-cache.mjs";

const root = new URL("..", import.meta.url).pathname;
const tscPath = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
rmSync(`${root}dist`, { recursive: true, force: true });

const tsc = spawnSync(process.execPath, [tscPath, "-p", root], {
  stdio: "inherit",
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

await build({
  entryPoints: { kpt: `${root}dist/src/cli/main.js` },
  outdir: `${root}dist/kpt`,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
});
compileCache();
