import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseInventoryId } from "../../src/core/resource-id.ts";
import type { LiveEvent } from "../../src/live/events.ts";
import { replay } from "../../src/live/report/replay.ts";
import { unknownTree } from "../../src/live/status/tree.ts";
import { recorded, withoutData } from "./shared-data.ts";

// biome-ignore lint/suspicious/noExplicitAny: recorded data
function toEvent({ id, ids, taskName, operation, error, ...rest }: any): LiveEvent {
  const found = id === undefined ? undefined : parseInventoryId(id);
  if (rest.type === "status" && found !== undefined) {
    return {
      type: "status",
      id: found,
      tree: { ...unknownTree(found), status: rest.status, message: rest.message },
    };
  }
  return {
    ...rest,
    ...(found === undefined ? {} : { id: found }),
    ...(ids === undefined ? {} : { ids: ids.map(parseInventoryId) }),
    ...(taskName === undefined ? {} : { name: taskName }),
    ...(operation === undefined ? {} : { operation }),
    ...(error === undefined ? {} : { error }),
  };
}

describe("printers", { skip: withoutData }, () => {
  for (const { name, events, expected, exitCode, showStatusEvents = false } of recorded(
    "live/printers.yaml",
  )) {
    for (const output of ["seed", "release", "json"] as const) {
      test(`${name}: ${output}`, () => {
        const printed = replay(events.map(toEvent), output, {
          showStatusEvents,
          dryRun: "none",
          now: () => new Date(0),
        });
        const text = printed.text.replace(/"timestamp":"[^"]*"/g, '"timestamp":"<TIMESTAMP>"');
        assert.equal(text, expected[output]);
        assert.equal(printed.exitCode, exitCode);
      });
    }
  }
});
