import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { binary, repository, runNode, temporary } from "./program.ts";

/** The parts of the binary, each with the modules it is made of. */
const parts: Record<string, { inputs: object }> = JSON.parse(
  readFileSync(join(repository, "dist/parts.json"), "utf8"),
);

/** The modules, ours and of libraries, in the parts that a command loads, as V8's coverage tells. */
async function modulesLoadedBy(t: TestContext, args: string[]): Promise<string[]> {
  const folder = temporary(t);
  const start = join(repository, "dist/kpt/kpt.cjs");
  const { code } = await runNode([start, ...args], { env: { NODE_V8_COVERAGE: folder } });
  assert.equal(code, 0);
  return readdirSync(folder)
    .flatMap(file => JSON.parse(readFileSync(join(folder, file), "utf8")).result)
    .flatMap(({ url }: { url: string }) => /dist\/kpt\/.*/.exec(url)?.[0] ?? [])
    .flatMap(part => Object.keys(parts[part]?.inputs ?? {}))
    .map(module => module.replace(/^dist\/src\//, ""))
    .sort();
}

/** What may always be loaded: declarations, the reading of arguments and the printing of pages. */
function isLight(module: string): boolean {
  if (module.startsWith("cli/")) return !module.endsWith(".run.js");
  return module === "core/error.js";
}

test("help pages load no implementation", async t => {
  for (const args of [["--help"], ["live", "--help"], ["pkg", "tree", "--help"]]) {
    const loaded = await modulesLoadedBy(t, args);
    assert.ok(loaded.includes("cli/help.js"));
    assert.deepEqual(
      loaded.filter(module => !isLight(module)),
      [],
      args.join(" "),
    );
  }
});

test("version loads itself alone", async t => {
  const loaded = await modulesLoadedBy(t, ["version"]);
  assert.deepEqual(
    loaded.filter(module => !isLight(module)),
    ["cli/commands/version.run.js"],
  );
});

test("neither loads the modules of Node that cost time", async t => {
  const folder = temporary(t, {
    "loaded.cjs": `process.on("exit", () => require("node:fs").writeSync(2, process.moduleLoadList.join("\\n")));`,
  });
  for (const args of [["--help"], ["version"]]) {
    const { stderr } = await runNode(["--require", join(folder, "loaded.cjs"), binary, ...args]);
    const loaded = stderr.split("\n").map(line => line.replace("NativeModule ", ""));
    assert.ok(loaded.includes("vm"));
    const costly = ["net", "tty", "stream", "child_process", "http", "https", "tls", "crypto", "zlib"];
    assert.deepEqual(
      costly.filter(name => loaded.includes(name)),
      [],
      args.join(" "),
    );
  }
});
