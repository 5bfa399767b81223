import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { configMap, kptfile } from "../update/package.ts";
import { World } from "../upstream/world.ts";
import { copyFolder, type Ended, type Fault, runWithFault, snapshot } from "./faults.ts";

type Tree = Record<string, string>;

interface Scene {
  world: World;
  /** What is run instead of kpt. */
  program: string | undefined;
  /** What is run; it works on the folder `app` of the working directory. */
  args: readonly string[];
  /** Another command that reads the package. */
  next: readonly string[];
  before: Tree;
  after: Tree;
  operations: number;
}

/** The states of the working directory before and after a command that nothing disturbs. */
async function scene(
  world: World,
  {
    args,
    next = ["pkg", "tree", "app"],
    program,
  }: { args: readonly string[]; next?: readonly string[]; program?: string },
): Promise<Scene> {
  copyFolder(world.work, join(world.root, "saved"));
  const before = snapshot(world.work);
  const { code, stderr, operations } = await runWithFault(world, args, { program });
  assert.equal(code, 0, stderr);
  const after = snapshot(world.work);
  assert.notDeepEqual(after, before);
  assert.ok(operations > 3);
  return { world, program, args, next, before, after, operations };
}

/** Runs the command on a fresh copy with a fault at one operation. */
async function disturbed(
  { world, program, args }: Scene,
  at: number,
  fault: Fault,
): Promise<Ended & { tree: Tree }> {
  rmSync(world.work, { recursive: true, force: true });
  copyFolder(join(world.root, "saved"), world.work);
  const ended = await runWithFault(world, args, { program, at, fault });
  return { ...ended, tree: snapshot(world.work) };
}

function isOneOf(tree: Tree, trees: readonly Tree[]): boolean {
  return trees.some(each => JSON.stringify(each) === JSON.stringify(tree));
}

/** Killed anywhere, the command leaves a package that the next one finds old or new, and runs once more. */
async function checkKills(all: Scene, every = 1): Promise<{ old: number; new: number }> {
  const { world, program, before, after, operations, args, next } = all;
  const ends = { old: 0, new: 0 };
  for (
    let at = 0;
    at < operations;
    at = at === operations - 1 ? operations : Math.min(at + every, operations - 1)
  ) {
    const { signal } = await disturbed(all, at, "SIGKILL");
    assert.equal(signal, "SIGKILL", `operation ${at}`);
    await runWithFault(world, next, { program });
    const found = snapshot(world.work);
    assert.ok(isOneOf(found, [before, after]), `operation ${at}: ${JSON.stringify(found, null, 1)}`);
    const isOld = isOneOf(found, [before]);
    ends[isOld ? "old" : "new"]++;
    if (!isOld || ends.old > 2) continue;
    const again = await runWithFault(world, args, { program });
    assert.equal(again.code, 0, `operation ${at}: ${again.stderr}`);
    assert.ok(isOneOf(snapshot(world.work), [after]), `operation ${at}, run again`);
  }
  return ends;
}

/** A file system that refuses any operation leaves the package as it was, or was asked too late to matter. */
async function checkRefusals(all: Scene, fault: "ENOSPC" | "EACCES", every = 1): Promise<void> {
  const { before, after, operations } = all;
  for (let at = 0; at < operations; at += every) {
    const { code, stderr, tree } = await disturbed(all, at, fault);
    if (code === 0) {
      assert.deepEqual(visibleFiles(tree), visibleFiles(after), `operation ${at}`);
      continue;
    }
    assert.match(stderr, /no space left on device|permission denied/, `operation ${at}`);
    assert.ok(isOneOf(tree, [before]), `operation ${at}: ${stderr}${JSON.stringify(tree, null, 1)}`);
  }
}

/** What readers of the package see: neither empty folders nor what is half written. */
function visibleFiles(tree: Tree): [string, string][] {
  return Object.entries(tree).filter(([path, what]) => what !== "folder" && !path.includes(".kpt-staged-"));
}

/** Told to end while it writes, the command ends the write one way or the other first. */
async function checkSignals(all: Scene): Promise<void> {
  const { before, after, operations } = all;
  for (const fault of ["SIGINT", "SIGTERM"] as const) {
    for (const at of [0, Math.floor(operations / 2), operations - 1]) {
      const { tree, signal } = await disturbed(all, at, fault);
      assert.equal(signal, null);
      assert.ok(isOneOf(tree, [before, after]), `${fault} at operation ${at}`);
    }
  }
}

const pipeline = "pipeline:\n  mutators:\n    - image: set-labels\n      configMap:\n        tier: front\n";

const old = {
  Kptfile: kptfile("app", pipeline),
  "kept.yaml": configMap("kept", "a: 1"),
  "gone/gone.yaml": configMap("gone", "a: 1"),
  "swap/inner.txt": "a folder that becomes a file\n",
  flip: "a file that becomes a folder\n",
};
const fresh = {
  Kptfile: kptfile("app", `${pipeline}info:\n  description: new\n`),
  "kept.yaml": configMap("kept", "a: 2"),
  "made/made.yaml": configMap("made", "a: 2"),
  swap: "a folder that becomes a file\n",
  "flip/inner.txt": "a file that becomes a folder\n",
};

function inApp(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`app/${path}`, text]));
}

/** Does to `app` what an update does in the end, without all that comes before. */
function replacement(world: World): string {
  const changes = [
    ...Object.keys(old)
      .filter(path => !(path in fresh))
      .map(path => ({ path })),
    ...Object.entries(fresh).map(([path, content]) => ({ path, content })),
  ];
  const module = resolve(import.meta.dirname, "../../src/host/replace.js");
  const script = join(world.root, "replace.mjs");
  writeFileSync(
    script,
    `import { repairFiles, replaceFiles } from ${JSON.stringify(module)};
if (process.argv[2] === "repair") repairFiles("app");
else replaceFiles("app", ${JSON.stringify(changes)}, { prunes: true });`,
  );
  return script;
}

test("files are replaced together, whatever happens at any moment", { timeout: 120_000 }, async () => {
  const world = new World();
  try {
    for (const [path, text] of Object.entries(inApp(old))) {
      mkdirSync(dirname(join(world.work, path)), { recursive: true });
      writeFileSync(join(world.work, path), text);
    }
    const all = await scene(world, { program: replacement(world), args: ["replace"], next: ["repair"] });
    const ends = await checkKills(all);
    assert.ok(ends.old > 0 && ends.new > 0, JSON.stringify(ends));
    await checkRefusals(all, "ENOSPC", 2);
  } finally {
    world[Symbol.dispose]();
  }
});

for (const [name, args, every] of [
  ["update", ["pkg", "update", "app"], 5],
  ["render", ["fn", "render", "app"], 3],
] as const) {
  test(`${name}, when it is disturbed, leaves the package old or new`, { timeout: 120_000 }, async () => {
    const world = new World();
    try {
      await fetchedAndMovedOn(world);
      const all = await scene(world, { args });
      await checkKills(all, every);
      await checkRefusals(all, "EACCES", every * 2);
      await checkSignals(all);
    } finally {
      world[Symbol.dispose]();
    }
  });
}

test("a get that is killed leaves nothing, or the whole package", { timeout: 120_000 }, async () => {
  const world = new World();
  try {
    const repo = world.repository("r.git");
    repo.commit(inApp(old));
    const get = ["pkg", "get", `${repo.address}/app@main`];
    await checkKills(await scene(world, { args: get, next: ["pkg", "tree", "."] }), 2);
  } finally {
    world[Symbol.dispose]();
  }
});

async function fetchedAndMovedOn(world: World): Promise<void> {
  const repo = world.repository("r.git");
  repo.commit(inApp(old));
  const { code, stderr } = await runWithFault(world, ["pkg", "get", `${repo.address}/app@main`]);
  assert.equal(code, 0, stderr);
  repo.commit(inApp(fresh));
}

/** Puts a file system of two megabytes over a folder; false where only an administrator may do so. */
function smallDisk(folder: string): boolean {
  const mount = ["-t", "tmpfs", "-o", "size=2m", "none", folder];
  return spawnSync("mount", mount, { stdio: "ignore" }).status === 0;
}

test("on a full disk everything stays as it was", { timeout: 60_000 }, async t => {
  const world = new World();
  t.after(() => {
    spawnSync("umount", ["-l", world.work], { stdio: "ignore" });
    world[Symbol.dispose]();
  });
  if (!smallDisk(world.work)) return t.skip("no right to mount a small file system");
  await fetchedAndMovedOn(world);
  const other = world.repository("other.git");
  other.commit({ "fresh/cm.yaml": configMap("a", "b: c") });
  const filler = join(world.work, "filler");
  for (let size = 2 ** 21; size >= 1; size = Math.floor(size / 2)) {
    try {
      appendFileSync(filler, Buffer.alloc(size));
    } catch {
      // Half of it may fit.
    }
  }
  const before = snapshot(world.work);
  for (const args of [
    ["pkg", "update", "app"],
    ["fn", "render", "app"],
    ["fn", "eval", "app", "--image", "set-labels", "--", "a=b"],
    ["pkg", "init", "app/new"],
    ["pkg", "get", `${other.address}/fresh@main`],
  ]) {
    const { code, stderr } = await runWithFault(world, args);
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, /no space left on device/, args.join(" "));
    assert.deepEqual(snapshot(world.work), before, args.join(" "));
  }
});
