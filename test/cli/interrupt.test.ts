import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Ended, exampleCopy, kpt } from "./program.ts";

/** A function that tells that it runs, by a file, and never answers. */
const stuck = (pidFile: string, trap: string) => `#!/bin/sh
${trap}
echo $$ > "${pidFile}"
while :; do sleep 600; done
`;

interface Interrupted extends Ended {
  /** Whether the function still runs after the program has ended. */
  outlived: boolean;
  /** Whether the package is byte for byte as it was. */
  whole: boolean;
}

/** Runs a stuck function on a package and sends signals, the first when the function has begun. */
async function interrupt(t: TestContext, signals: NodeJS.Signals[], trap = ""): Promise<Interrupted> {
  const folder = exampleCopy(t, "wordpress");
  const pidFile = join(folder, "pid");
  const service = join(folder, "wordpress/service.yaml");
  const before = readFileSync(service, "utf8");
  writeFileSync(join(folder, "stuck"), stuck(pidFile, trap));
  chmodSync(join(folder, "stuck"), 0o755);
  const ended = await kpt(["fn", "eval", "wordpress", "--exec", join(folder, "stuck")], {
    cwd: folder,
    meanwhile: child => {
      const watcher = watch(folder, () => {
        if (!existsSync(pidFile) || readFileSync(pidFile, "utf8").trim() === "") return;
        watcher.close();
        for (const signal of signals) child.kill(signal);
      });
    },
  });
  const pid = Number(readFileSync(pidFile, "utf8"));
  // Killed is not yet gone: the system needs a moment.
  for (let turn = 0; turn < 10_000 && isRunning(pid); turn++) await new Promise(setImmediate);
  return { ...ended, outlived: isRunning(pid), whole: readFileSync(service, "utf8") === before };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // What has ended but was not waited for yet counts as ended.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} ends a function first and leaves the package whole`, async t => {
    const { code, outlived, whole } = await interrupt(t, [signal]);
    assert.deepEqual({ code, outlived, whole }, { code: expected, outlived: false, whole: true });
  });
}

test("a second signal doesn't wait for a function that ignores the first", async t => {
  const { code, outlived, whole } = await interrupt(t, ["SIGINT", "SIGTERM"], "trap '' TERM");
  // Which of the two comes first is the system's choice.
  assert.ok(code === 130 || code === 143, `${code}`);
  assert.deepEqual({ outlived, whole }, { outlived: false, whole: true });
});
