import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildProbe, type ProbeTarget } from "./probe.ts";
import { configMap, type Ran, Workspace } from "./workspace.ts";

const files = { "pkg/x.yaml": configMap("x") };
const modules = { js: buildProbe("js"), wasip1: buildProbe("wasip1") };
const skip = modules.js === undefined || modules.wasip1 === undefined ? "no Go that builds modules" : false;
if (skip !== false) console.error(`wasm-breakout.test: skipped, ${skip}`);

async function attempt(
  t: TestContext,
  target: ProbeTarget,
  probe: string,
): Promise<Ran & { work: Workspace }> {
  const work = new Workspace(t, files);
  writeFileSync(join(work.root, "fn.wasm"), modules[target] ?? "");
  const args = ["fn", "eval", "pkg", "--allow-alpha-wasm", "--exec", "fn.wasm", "--", `probe=${probe}`];
  const ran = await work.kpt(args, { env: { SECRET: "s3cret" } });
  assert.equal(work.read("pkg/x.yaml"), files["pkg/x.yaml"]);
  return { ...ran, work };
}

for (const target of ["js", "wasip1"] as const) {
  for (const probe of ["file", "write", "folder", "process"]) {
    test(`a ${target} module is refused a ${probe}`, { skip }, async t => {
      const { code, stderr } = await attempt(t, target, probe);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /\[info\]: refused: /);
      assert.ok(!existsSync("/tmp/kpt-probe"));
    });
  }

  test(`a ${target} module sees no environment and a clock that tells nothing`, { skip }, async t => {
    const environment = await attempt(t, target, "environment");
    assert.match(environment.stderr, /\[info\]: got in:\n/);
    const clock = await attempt(t, target, "clock");
    assert.match(clock.stderr, /\[info\]: 2023-11-14T22:13:20Z\n/);
  });

  for (const { probe, code, says } of [
    { probe: "quit", code: 3, says: /why it quit/ },
    { probe: "panic", code: 2, says: /panic: no way on/ },
    { probe: "memory", code: 2, says: /out of memory/ },
  ]) {
    test(`a ${target} module that ends by ${probe} fails with its code and words`, { skip }, async t => {
      const ran = await attempt(t, target, probe);
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, says);
      assert.match(ran.stderr, new RegExp(`Exit code: ${code}\\n`));
    });
  }

  test(`a ${target} module that writes without end is stopped`, { skip }, async t => {
    const { code, stderr } = await attempt(t, target, "flood");
    assert.equal(code, 1);
    assert.match(stderr, /function output exceeds the limit of 256 MiB/);
  });

  test(`a ${target} module that loops is ended by Ctrl-C`, { skip }, async t => {
    const work = new Workspace(t, files);
    writeFileSync(join(work.root, "fn.wasm"), modules[target] ?? "");
    const stop = new AbortController();
    const args = ["fn", "eval", "pkg", "--allow-alpha-wasm", "--exec", "fn.wasm", "--", "probe=hang"];
    const running = work.kpt(args, { signal: stop.signal });
    process.once("worker", () => setImmediate(() => stop.abort()));
    const { code, stderr } = await running;
    assert.notEqual(code, 0);
    assert.match(stderr, /interrupted/);
  });
}

for (const door of [
  "process.env",
  "process.binding",
  "process.mainModule",
  "process.constructor",
  "Function",
  "Object.constructor",
  "Object.prototype",
  "Array.prototype.constructor",
  "fs.constructor.constructor",
  "__proto__",
  "constructor",
  "eval",
  "fetch",
  "globalThis",
  "import",
  "require",
  "WebAssembly",
  "Worker",
]) {
  test(`a js module finds no ${door}`, { skip }, async t => {
    const { code, stderr } = await attempt(t, "js", door);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\[info\]: refused: nothing at /);
  });
}

test("a js module whose answer is no list fails with what it says about it", { skip }, async t => {
  const { code, stderr } = await attempt(t, "js", "garbage");
  assert.equal(code, 1);
  assert.match(stderr, /invalid resource list output from wasm library; got "\{ not: \[yaml"\ntold apart/);
});
