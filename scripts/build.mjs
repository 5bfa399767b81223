// Builds everything: dist/src and dist/test (ES modules with types, by tsc) and dist/kpt (the bundled binary).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { makeCodeCache } from "./code-cache.mjs";
import { toCommonJs } from "./commonjs.mjs";
import { writeRegistry } from "./registry.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tscPath = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
writeRegistry(root);

const tsc = spawnSync(process.execPath, [tscPath, "-p", root], { stdio: "inherit" });
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

/** The commit this is built from; unknown where there is no repository (an unpacked archive). */
function commit() {
  const git = (...args) => spawnSync("git", ["-C", root, ...args], { encoding: "utf8" });
  const head = git("rev-parse", "HEAD");
  const prefix = git("rev-parse", "--show-prefix");
  if (head.status !== 0 || prefix.stdout.trim() !== "") return "unknown";
  const changes = git("status", "--porcelain", "--untracked-files=no").stdout.trim();
  return head.stdout.trim() + (changes === "" ? "" : " (dirty)");
}

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const kpt = join(root, "dist/kpt");

/**
 * Of the official Kubernetes client only KubeConfig is used. It names the generated API classes, 1 MB of them, for a
 * convenience that nobody here calls.
 */
const withoutGeneratedClient = {
  name: "without-generated-client",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /gen\/index\.js$/ }, ({ path, importer }) =>
      importer.includes("client-node") ? { path, namespace: "no-generated-client" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "no-generated-client" }, () => ({
      contents: "export const createConfiguration = undefined; export const ServerConfiguration = undefined;",
    }));
  },
};

/**
 * The binary in parts: what a command doesn't need is neither read nor compiled. esbuild divides only ES modules;
 * each part becomes CommonJS afterwards, which starts faster and can have a code cache.
 */
const { outputFiles, metafile } = await build({
  entryPoints: { kpt: join(root, "dist/src/cli/start.js") },
  outdir: kpt,
  outExtension: { ".js": ".cjs" },
  chunkNames: "[name]-[hash]",
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
  define: { KPT_VERSION: JSON.stringify(`v${version}`), KPT_COMMIT: JSON.stringify(commit()) },
  plugins: [withoutGeneratedClient],
  metafile: true,
  write: false,
});
mkdirSync(kpt);
for (const { path, text } of outputFiles) {
  const code = toCommonJs(text, metafile.outputs[relative(root, path)].imports);
  const digest = createHash("sha256").update(code).digest("hex").slice(0, 16);
  writeFileSync(path, `${code}// ${digest}\n`);
}
/** Which part holds which module; a test reads it. */
writeFileSync(join(root, "dist/parts.json"), JSON.stringify(metafile.outputs));
makeCodeCache();
