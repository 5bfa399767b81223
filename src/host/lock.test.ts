import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withLock } from "./lock.ts";

async function inFolder(work: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kpt-lock-"));
  try {
    await work(join(folder, "deep/file.lock"));
    assert.deepEqual(readdirSync(join(folder, "deep")), [], "no lock is left");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("one at a time, in order, also after a failure", () =>
  inFolder(async file => {
    const seen: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      seen.push(`${name} in`);
      await new Promise(done => setImmediate(done));
      seen.push(`${name} out`);
      if (name === "b") throw new Error("b failed");
    };
    const all = await Promise.allSettled(["a", "b", "c"].map(name => withLock(file, work(name))));
    assert.deepEqual(
      all.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.deepEqual(seen, ["a in", "a out", "b in", "b out", "c in", "c out"]);
  }));

test("a lock of a dead process, or of nobody for long, is taken over", () =>
  inFolder(async file => {
    await withLock(file, async () => {});
    // No process has this id: it is beyond what the kernel gives out.
    writeFileSync(file, `4999999 ${hostname()}\n`);
    await withLock(file, async () => {});
    writeFileSync(file, "1 another-machine\n");
    utimesSync(file, new Date(0), new Date(0));
    await withLock(file, async () => assert.ok(existsSync(file)));
  }));

test("waiting for a living holder can be given up", () =>
  inFolder(async file => {
    await withLock(file, async () => {});
    writeFileSync(file, `${process.pid} ${hostname()}\n`);
    const controller = new AbortController();
    const waiting = withLock(file, async () => assert.fail("it is held"), { signal: controller.signal });
    setImmediate(() => controller.abort());
    await assert.rejects(waiting, { code: "ABORTED" });
    rmSync(file);
  }));
