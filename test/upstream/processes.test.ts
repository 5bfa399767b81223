import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { World } from "./world.ts";

const kpt = resolve(import.meta.dirname, "../../../bin/kpt.cjs");

interface Ended {
  code: number | null;
  stderr: string;
}

function start(
  world: World,
  args: readonly string[],
  env: Record<string, string> = {},
): [ChildProcess, Promise<Ended>] {
  const child = spawn(process.execPath, [kpt, ...args], {
    cwd: world.work,
    env: { ...world.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return [child, new Promise(done => child.on("close", code => done({ code, stderr })))];
}

/** Waits for something that another process does; gives up in time, so that a failure can't hang the suite. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds()) {
    assert.ok(Date.now() < end, "it never happened");
    await new Promise(done => setTimeout(done, 10));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} during a fetch ends git and leaves nothing behind`, { timeout: 30_000 }, async () => {
    const world = new World();
    try {
      const mark = join(world.root, "pid");
      const ssh = join(world.root, "ssh");
      writeFileSync(ssh, `#!/bin/sh\necho $$ > ${mark}.new && mv ${mark}.new ${mark}\nexec sleep 600\n`, {
        mode: 0o755,
      });
      const [child, ended] = start(world, ["pkg", "get", "git@host:o/r.git/app@v1"], {
        GIT_SSH_COMMAND: ssh,
      });
      await until(() => existsSync(mark));
      child.kill(signal);
      const { code } = await ended;
      assert.equal(code, signal === "SIGINT" ? 130 : 143);
      const pid = Number(readFileSync(mark, "utf8"));
      await until(() => !isRunning(pid));
      assert.deepEqual(readdirSync(world.work), []);
      assert.deepEqual(readdirSync(join(world.root, "tmp")), []);
    } finally {
      world[Symbol.dispose]();
    }
  });
}

test("processes that get from one repository at once share the cache", { timeout: 60_000 }, async () => {
  const world = new World();
  try {
    const repo = world.repository("r.git");
    for (const branch of ["one", "two", "three"]) {
      repo.commit({ "app/a.yaml": `a: ${branch}\n`, "big.txt": branch.repeat(10_000) }, branch);
    }
    const runs = ["one", "two", "three", "one"].map((branch, index) =>
      start(world, ["pkg", "get", `${repo.address}/app@${branch}`, `p${index}`]),
    );
    for (const [, ended] of runs) {
      const { code, stderr } = await ended;
      assert.equal(code, 0, stderr);
    }
    assert.equal(readFileSync(join(world.work, "p2/a.yaml"), "utf8"), "a: three\n");
    const cache = readdirSync(join(world.root, "home/.kpt/repos"));
    assert.equal(cache.length, 1, cache.join());
  } finally {
    world[Symbol.dispose]();
  }
});

test("the lock of a process that was killed is taken over", { timeout: 30_000 }, async () => {
  const world = new World();
  try {
    const repo = world.repository("r.git");
    repo.commit({ "app/a.yaml": "a: 1\n" });
    const get = (name: string) => start(world, ["pkg", "get", `${repo.address}/app@main`, name])[1];
    assert.equal((await get("first")).code, 0);
    const cache = join(world.root, "home/.kpt/repos");
    const [folder = ""] = readdirSync(cache);
    const { pid = 0 } = await new Promise<ChildProcess>(done => {
      const child = spawn("true");
      child.on("close", () => done(child));
    });
    const host = readFileSync("/proc/sys/kernel/hostname", "utf8").trim();
    rmSync(join(cache, folder), { recursive: true });
    writeFileSync(join(cache, `${folder}.lock`), `${pid} ${host}\n`);
    mkdirSync(join(world.work, `.kpt-staged-${pid}-1-new-abc`), { recursive: true });
    assert.equal((await get("second")).code, 0);
    assert.deepEqual(readdirSync(world.work), ["first", "second"], "its leftovers are cleared away, too");
  } finally {
    world[Symbol.dispose]();
  }
});
