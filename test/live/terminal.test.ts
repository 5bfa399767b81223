import assert from "node:assert/strict";
import { test } from "node:test";
import { withBlock } from "../../src/cli/commands/live/block.ts";
import { reported } from "../../src/cli/commands/live/report.ts";
import type { Context } from "../../src/cli/context.ts";
import { KptError } from "../../src/core/error.ts";
import type { LiveEvent } from "../../src/live/events.ts";
import { seedReporter } from "../../src/live/report/events-seed.ts";
import { age, Rows, runColumns, Table } from "../../src/live/report/table.ts";
import { unknownTree } from "../../src/live/status/tree.ts";

const id = { group: "apps", kind: "Deployment", namespace: "ns", name: "web" };
const now = new Date("2026-01-01T00:00:10Z");

function fakeContext(isTTY: boolean): { context: Context; out: () => string; err: () => string } {
  const parts: string[] = [];
  const errors: string[] = [];
  let ticks = 0;
  const output = (into: string[]) => ({
    write: (text: string) => {
      into.push(text);
    },
    isTTY,
    columns: 60,
    colour: false,
  });
  const context: Context = {
    stdin: process.stdin,
    stdout: output(parts),
    stderr: output(errors),
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
    now: () => new Date(now.getTime() + 200 * ticks++),
  };
  return { context, out: () => parts.join(""), err: () => errors.join("") };
}

const events: LiveEvent[] = [
  {
    type: "init",
    groups: [
      { action: "Apply", name: "apply", ids: [id] },
      { action: "Wait", name: "wait", ids: [id] },
    ],
  },
  { type: "apply", id, status: "Successful", operation: "created" },
  { type: "group", action: "Apply", name: "apply", status: "Finished" },
  { type: "wait", id, status: "Pending" },
  {
    type: "status",
    id,
    tree: { ...unknownTree(id), status: "InProgress", message: "Replicas: \u001b[2J0/1" },
  },
  { type: "wait", id, status: "Successful" },
  { type: "group", action: "Wait", name: "wait", status: "Finished" },
];

const lines = [
  "deployment.apps/web created",
  "1 resource(s) applied. 1 created, 0 unchanged, 0 configured, 0 failed",
  "deployment.apps/web reconcile pending",
  "deployment.apps/web reconciled",
  "1 resource(s) reconciled, 0 skipped, 0 failed to reconcile, 0 timed out",
];

function play(isTTY: boolean): string {
  const { context, out } = fakeContext(isTTY);
  const reporter = withBlock(context, sink =>
    seedReporter(sink, { showStatusEvents: false, dryRun: "none", now: () => now }),
  );
  for (const event of events) reporter.event(event);
  reporter.end();
  return out();
}

test("a log has the lines and nothing else", () => {
  assert.equal(play(false), `${lines.join("\n")}\n`);
});

test("a terminal shows what is waited for below the lines, and takes it away at the end", () => {
  const text = play(true);
  assert.match(text, /1 waiting\n/);
  assert.doesNotMatch(text, /\u001b\[2J/);
  // Without the block, which is erased before each line, the same lines remain.
  const kept = text.replace(/(?:[^\n]*\n){2}\u001b\[2A\u001b\[J/g, "");
  assert.equal(kept, `${lines.join("\n")}\n`);
});

test("the block says what is waited for, and who waits behind it", () => {
  const after = { group: "", kind: "ConfigMap", namespace: "ns", name: "after" };
  const web = unknownTree(id);
  const pod = {
    ...unknownTree({ group: "", kind: "Pod", namespace: "ns", name: "web-1" }),
    status: "InProgress" as const,
    object: {
      status: { containerStatuses: [{ name: "main", state: { waiting: { reason: "ErrImagePull" } } }] },
    },
  };
  const { context, out } = fakeContext(true);
  const reporter = withBlock({ ...context, stdout: { ...context.stdout, columns: 120 } }, sink =>
    seedReporter(sink, { showStatusEvents: false, dryRun: "none", now: () => now }),
  );
  reporter.event({
    type: "init",
    groups: [{ action: "Wait", name: "wait", ids: [id, after] }],
    waits: [{ id: after, after: id, reason: "depends-on" }],
  });
  reporter.event({ type: "apply", id, status: "Successful", operation: "created" });
  reporter.event({ type: "wait", id, status: "Pending" });
  reporter.event({
    type: "status",
    id,
    tree: { ...web, status: "InProgress", message: "Available: 0/1", generated: [pod] },
  });
  const shown = out().split("\u001b[J").at(-1) ?? "";
  assert.deepEqual(shown.replace(/\d+s/, "0s").trimEnd().split("\n"), [
    "  deployment.apps/web  0s  created, InProgress: Available: 0/1; pod web-1: container main: ErrImagePull",
    "  configmap/after  after deployment.apps/web (depends-on)",
    "0/2 reconciled, 1 waiting, 1 to come",
  ]);
  reporter.end();
});

test("a status line is told again only when it says something else", () => {
  const parts: string[] = [];
  const reporter = seedReporter(
    { write: text => parts.push(text) },
    { showStatusEvents: true, dryRun: "none", now: () => now },
  );
  for (const message of ["Replicas: 0/1", "Replicas: 0/1", "Replicas: 1/1"]) {
    reporter.event({ type: "status", id, tree: { ...unknownTree(id), status: "InProgress", message } });
  }
  assert.equal(parts.join("").match(/Replicas: 0\/1/g)?.length, 1);
  assert.equal(parts.join("").match(/Replicas: 1\/1/g)?.length, 1);
});

test("policy conflicts are told at the end, and fail only when asked", async () => {
  const skipped: LiveEvent = {
    type: "apply",
    id,
    status: "Skipped",
    error: "inventory policy prevented actuation (strategy: Apply, status: Empty, policy: MustMatch)",
  };
  for (const isStrict of [false, true]) {
    const { context, err } = fakeContext(false);
    const flags = { output: "events", "show-status-events": false, "fail-on-skip": isStrict };
    const exitCode = await reported(context, flags, "none", async emit => {
      emit(skipped);
      return { isInterrupted: false, kept: 0 };
    });
    assert.equal(exitCode, isStrict ? 3 : 0);
    assert.match(err(), /^hint: 1 resource was left alone/);
  }
});

test("a dry run says what it is before anything can go wrong with the plan, and what stops it before is no event", async () => {
  for (const [output, isPlanning, expected] of [
    ["events", true, /^Dry-run strategy: client\n$/],
    ["events", false, /^$/],
    ["json", true, /^\{"error":"no way\\n","timestamp":"[^"]*","type":"error"\}\n$/],
    ["json", false, /^$/],
  ] as const) {
    const { context, out } = fakeContext(false);
    const flags = { output, "show-status-events": false, "fail-on-skip": false };
    const run = reported(context, flags, "client", async emit => {
      if (isPlanning) emit({ type: "planning" });
      throw new KptError("VALIDATION", "no way\n");
    });
    await assert.rejects(run, /no way/);
    assert.match(out(), expected);
  }
});

test("a table shows action, status and wait of each object, cut to its columns", () => {
  const parts: string[] = [];
  const rows = new Rows();
  for (const event of events) rows.add(event);
  const table = new Table({ write: text => parts.push(text) }, runColumns, () => now);
  table.draw(rows.rows.values());
  const [, line = ""] = parts.join("").split("\n");
  const text = line.replace(/\u001b\[\d*m/g, "");
  assert.deepEqual(text.trimEnd().split(/ {2,}/), [
    "ns",
    "Deployment/web",
    "Successful",
    "InProgress",
    "Successful",
    "-",
    "-",
    "Replicas: \\u001b[2J0/1",
  ]);
  table.draw(rows.rows.values());
  assert.ok(parts[1]?.startsWith("\u001b[1A\u001b[2K\r\u001b[1A\u001b[2K\r"));
});

test("ages are told in the largest unit that still says something", () => {
  const before = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();
  assert.deepEqual(
    [17, 90, 91, 5400, 5460].map(seconds => age(before(seconds), now)),
    ["17s", "90s", "1m", "90m", "1h"],
  );
  assert.equal(age(undefined, now), "-");
});
