import assert from "node:assert/strict";
import { test } from "node:test";
import { ProgressLines } from "./progress-lines.ts";

function terminal(isTTY: boolean) {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  const output = { isTTY, columns: 80, colour: false, write };
  return { output, text: () => text };
}

const run = { exitCode: 0, results: [] };
const common = { fn: "cat", package: "app" };
const finished = { type: "finished", ...common, passed: true, exited: true, durationMs: 2500, run } as const;

test("a terminal shows the running function and its time until it is done", t => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { output, text } = terminal(true);
  const lines = new ProgressLines(output, { folds: true });
  lines.report({ type: "started", ...common, selected: undefined });
  t.mock.timers.tick(2000);
  lines.report(finished);
  t.mock.timers.tick(5000);
  assert.equal(
    text(),
    '[RUNNING] "cat" on package "app"\n\r\u001b[K… 1s "cat"\r\u001b[K… 2s "cat"\r\u001b[K[PASS] "cat" in 2.5s\n',
  );
});

test("an interrupted run leaves no half line on a terminal", t => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { output, text } = terminal(true);
  const lines = new ProgressLines(output, { folds: true });
  lines.report({ type: "started", ...common, selected: undefined });
  t.mock.timers.tick(1000);
  lines.stop();
  t.mock.timers.tick(5000);
  assert.match(text(), /"cat"\r\u001b\[K$/);
});

test("without a terminal nothing is written while a function runs", t => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { output, text } = terminal(false);
  const lines = new ProgressLines(output, { folds: true });
  lines.report({ type: "started", ...common, selected: undefined });
  t.mock.timers.tick(60_000);
  assert.equal(text(), '[RUNNING] "cat" on package "app"\n');
});
