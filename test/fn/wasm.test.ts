import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { name, wasm } from "./wasm-bytes.ts";
import { configMap, Workspace } from "./workspace.ts";

/** `_start` with this body; it may call the one import, `path_open`, as function 0. */
function moduleWith(body: number[]): Buffer {
  const i32 = 0x7f;
  const i64 = 0x7e;
  const code = [0, ...body, 0x0b];
  return wasm([
    [1, [2, 0x60, 9, i32, i32, i32, i32, i32, i64, i64, i32, i32, 1, i32, 0x60, 0, 0]],
    [2, [1, ...name("wasi_snapshot_preview1"), ...name("path_open"), 0, 0]],
    [3, [1, 1]],
    [5, [1, 0, 1]],
    [7, [2, ...name("memory"), 2, 0, ...name("_start"), 0, 1]],
    [10, [1, code.length, ...code]],
  ]);
}

const openRoot = [0x41, 3, 0x41, 0, 0x41, 0, 0x41, 1, 0x41, 0, 0x42, 0, 0x42, 0, 0x41, 0, 0x41, 0, 0x10, 0];

async function evaluate(work: Workspace, module: Buffer) {
  work.write("fn.wasm", "");
  writeFileSync(`${work.root}/fn.wasm`, module);
  return work.kpt(["fn", "eval", "pkg", "--allow-alpha-wasm", "--exec", "fn.wasm"]);
}

test("a module can't open files: it is refused, not harmed", async t => {
  const work = new Workspace(t, { "pkg/x.yaml": configMap("x") });
  // Ends in a trap unless opening gives 76, the number for a missing capability; then it ends well,
  // having printed nothing.
  const module = moduleWith([...openRoot, 0x41, 0xcc, 0, 0x47, 0x04, 0x40, 0x00, 0x0b]);
  const { code, stderr } = await evaluate(work, module);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /error: the function wrote no output/);
  assert.equal(work.read("pkg/x.yaml"), configMap("x"));
});

test("a module that traps fails the step with its reason", async t => {
  const work = new Workspace(t, { "pkg/x.yaml": configMap("x") });
  const { code, stderr } = await evaluate(work, moduleWith([0x00]));
  assert.equal(code, 1);
  assert.match(stderr, /error: unreachable/);
  assert.equal(work.read("pkg/x.yaml"), configMap("x"));
});

test("what is no module is told apart", async t => {
  const work = new Workspace(t, { "pkg/x.yaml": configMap("x") });
  const { code, stderr } = await evaluate(work, Buffer.from("hello"));
  assert.equal(code, 1);
  assert.match(stderr, /magic word/);
});
