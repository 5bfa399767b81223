import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type ProgramOptions, runProgram } from "./run.ts";

const env = { PATH: process.env["PATH"] };

function node(script: string, more: Partial<ProgramOptions> = {}): Promise<unknown> {
  return runProgram({ command: process.execPath, args: ["-e", script], cwd: tmpdir(), env, ...more });
}

function sh(script: string, more: Partial<ProgramOptions> = {}): ReturnType<typeof runProgram> {
  return runProgram({ command: "sh", args: ["-c", script], cwd: tmpdir(), env, ...more });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("output, exit code and input go through", async () => {
  const result = await sh("cat; echo problem >&2; exit 3", { stdin: "text" });
  assert.equal(result.exitCode, 3);
  assert.equal(result.stdout.toString(), "text");
  assert.equal(result.stderr.toString(), "problem\n");
});

test("the child sees the given environment and nothing else", async () => {
  process.env["KPT_RUN_TEST"] = "leak";
  const result = await sh('echo "[$KPT_RUN_TEST$GIVEN]"', { env: { ...env, GIVEN: "yes" } });
  delete process.env["KPT_RUN_TEST"];
  assert.equal(result.stdout.toString(), "[yes]\n");
});

test("a program that isn't there is named", async () => {
  await assert.rejects(
    runProgram({ command: "kpt-no-such-program", args: [], cwd: tmpdir(), env }),
    /program "kpt-no-such-program" not found/,
  );
});

test("a program that reads nothing of a large input is no error", async () => {
  const result = await sh("exit 0", { stdin: Buffer.alloc(2 ** 22) });
  assert.equal(result.exitCode, 0);
});

test("endless output is stopped at the limit", async () => {
  const result = await sh("while :; do echo 0123456789; done", { maxOutputBytes: 10_000 });
  assert.equal(result.outputExceeded, true);
  assert.equal(result.exitCode, undefined);
});

test("a flood on stderr is dropped beyond its limit", async () => {
  const result = await sh("head -c 100000 /dev/zero >&2; echo done", { maxStderrBytes: 1000 });
  assert.equal(result.exitCode, 0);
  assert.equal(result.stderrTruncated, true);
  assert.ok(result.stderr.length <= 1000);
  assert.equal(result.stdout.toString(), "done\n");
});

test("abort ends the program and what it has started", { timeout: 10_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "kpt-run-"));
  const controller = new AbortController();
  const run = sh(`sleep 600 & echo $! > ${folder}/pid; echo up; wait`, {
    signal: controller.signal,
    onStdout: () => controller.abort(),
  });
  await assert.rejects(run, { code: "ABORTED" });
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  // The signal has been sent; its delivery may take the kernel a moment.
  for (let tries = 0; isRunning(pid) && tries < 1000; tries++) await new Promise(done => setTimeout(done, 5));
  assert.ok(!isRunning(pid));
  rmSync(folder, { recursive: true });
});

test("an aborted signal starts nothing", async () => {
  await assert.rejects(node("", { signal: AbortSignal.abort() }), { code: "ABORTED" });
});

test("a time limit ends a program that ignores the polite signal", async () => {
  const result = await sh("trap '' TERM; while :; do sleep 1; done", { timeoutMs: 50 });
  assert.equal(result.timedOut, true);
});

test("a background child that keeps the pipes open is not waited for", async () => {
  const result = await sh("sleep 600 & echo done");
  assert.equal(result.stdout.toString(), "done\n");
});

test("what the reader of the output throws ends the program", async () => {
  const onStdout = (): void => {
    throw new Error("not what I expected");
  };
  await assert.rejects(sh("echo; sleep 600", { onStdout }), /not what I expected/);
});

test("a process that is left behind and goes on writing holds nobody up", {
  skip: process.platform !== "linux",
}, async () => {
  const result = await sh("(setsid yes 2>/dev/null &); sleep 0.2", {
    maxOutputBytes: 2 ** 40,
    onStdout: () => {},
  });
  assert.equal(result.exitCode, 0);
});
