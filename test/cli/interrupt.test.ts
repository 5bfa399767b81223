import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exampleCopy, kpt } from "./program.ts";

/** A function that tells that it runs, by a file, and never answers. */
const stuck = `#!/bin/sh
echo $$ > "$PID_FILE"
exec sleep 600
`;

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} ends a function first and leaves the package whole`, async t => {
    const folder = exampleCopy(t, "wordpress");
    const { chmodSync, writeFileSync, watch } = await import("node:fs");
    const pidFile = join(folder, "pid");
    writeFileSync(join(folder, "stuck"), stuck.replace("$PID_FILE", pidFile));
    chmodSync(join(folder, "stuck"), 0o755);
    const service = readFileSync(join(folder, "wordpress/service.yaml"), "utf8");
    const { code } = await kpt(["fn", "eval", "wordpress", "--exec", join(folder, "stuck")], {
      cwd: folder,
      meanwhile: child => {
        const watcher = watch(folder, () => {
          if (!existsSync(pidFile) || readFileSync(pidFile, "utf8").trim() === "") return;
          watcher.close();
          child.kill(signal);
        });
      },
    });
    assert.equal(code, expected);
    assert.equal(readFileSync(join(folder, "wordpress/service.yaml"), "utf8"), service);
    const pid = Number(readFileSync(pidFile, "utf8"));
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  });
}
