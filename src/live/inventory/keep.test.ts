import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesToKeep, type Outcome } from "./keep.ts";

const id = { group: "", kind: "ConfigMap", namespace: "ns", name: "a" };

const rows: [what: string, outcome: Partial<Outcome>, wasKnown: boolean, isKept: boolean][] = [
  ["a new object that was applied", {}, false, true],
  ["a new object that failed", { actuation: "Failed", reconcile: "Skipped" }, false, false],
  ["a known object that failed", { actuation: "Failed", reconcile: "Skipped" }, true, true],
  ["a new object whose fate is unknown", { actuation: "Failed", isFateUnknown: true }, false, true],
  ["a new object that a stop left unsent", { actuation: "Pending", reconcile: "Pending" }, false, false],
  ["a known object that a stop left unsent", { actuation: "Pending", reconcile: "Pending" }, true, true],
  ["an object that is not reconciled yet", { reconcile: "Timeout" }, false, true],
  ["a deleted object", { action: "delete" }, true, false],
  [
    "a deletion that was skipped",
    { action: "delete", actuation: "Skipped", reconcile: "Skipped" },
    true,
    true,
  ],
  ["a deletion that hangs", { action: "delete", reconcile: "Timeout" }, true, true],
  ["an abandoned object", { action: "delete", actuation: "Skipped", isAbandoned: true }, true, false],
];

for (const [what, outcome, wasKnown, isKept] of rows) {
  test(`${what} is ${isKept ? "kept" : "dropped"}`, () => {
    const whole: Outcome = {
      id,
      action: "apply",
      actuation: "Succeeded",
      reconcile: "Succeeded",
      isAbandoned: false,
      isFateUnknown: false,
      ...outcome,
    };
    const kept = entriesToKeep([whole], wasKnown ? [id] : []);
    assert.deepEqual(
      kept.map(entry => entry.id),
      isKept ? [id] : [],
    );
  });
}
