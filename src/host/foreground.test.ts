import assert from "node:assert/strict";
import { test } from "node:test";
import { runForeground } from "./foreground.ts";

const cwd = process.cwd();
const env = { PATH: process.env["PATH"] };
const node = (script: string, signal = new AbortController().signal) =>
  runForeground({ command: process.execPath, args: ["-e", script], cwd, env, signal });

test("gives the exit code of the program", async () => {
  assert.equal(await node("process.exit(7)"), 7);
});

test("gives 128 and the signal that ended it", async () => {
  assert.equal(await node("process.kill(process.pid, 'SIGKILL')"), 137);
});

test("ends the program when it is told to stop", async () => {
  const stop = new AbortController();
  const running = node("setInterval(() => {}, 1000)", stop.signal);
  stop.abort();
  assert.equal(await running, 143);
});

test("says what can't be run", async () => {
  const run = runForeground({
    command: "no-such-program",
    args: [],
    cwd,
    env,
    signal: new AbortController().signal,
  });
  await assert.rejects(run, {
    code: "NOT_FOUND",
    message: `can't run "no-such-program": no such file or directory`,
  });
});
