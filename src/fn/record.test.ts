import assert from "node:assert/strict";
import { test } from "node:test";
import { parseKptfile } from "../package/kptfile.ts";
import { recordStatus, resultsFile } from "./record.ts";

const kptfile = "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: app\n";

test("a status is bounded, whatever a function says; results.yaml keeps all", () => {
  const run = {
    exec: "talk",
    stderr: `begin ${"x".repeat(300_000)} end`,
    exitCode: 1,
    results: Array.from({ length: 3000 }, (_, i) => ({ message: `m${i}`, severity: "error" })),
  };
  const failure = { message: "f".repeat(100_000), error: undefined };
  const file = parseKptfile(kptfile, "/app");
  const outcome = { items: [], mutations: [run], validations: [], runs: [run], executed: 0, packages: 1 };
  recordStatus(file, { ...outcome, failure });
  const status = file.toString();
  assert.ok(status.length < 200_000, String(status.length));
  assert.match(status, /begin x+/);
  assert.match(status, /x end/);
  assert.match(status, /283626 characters are left out/);
  assert.match(status, /and 2000 more results are left out/);
  const whole = resultsFile([run], true);
  assert.ok(whole.includes(run.stderr));
  assert.match(whole, /m2999/);
});
