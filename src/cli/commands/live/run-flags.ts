import { flags } from "../../command.ts";

/** What apply and destroy have in common. */
export const runFlags = flags({
  output: {
    type: "string",
    default: "events",
    summary: "output format: events, json or table",
    complete: ["events", "json", "table"],
  },
  "inventory-policy": {
    type: "string",
    default: "strict",
    summary:
      "what to do with objects that another inventory, or none, owns: strict leaves them alone, adopt takes those of nobody",
    complete: ["strict", "adopt"],
  },
  "dry-run": { type: "boolean", summary: "show what would be done, and do nothing" },
  "show-status-events": { type: "boolean", summary: "print every change of an object's status" },
  "status-policy": {
    type: "string",
    default: "all",
    summary: "whether the inventory records how each object fared: all or none",
    complete: ["all", "none"],
  },
  parallelism: { type: "integer", default: 16, summary: "how many objects are sent at the same time" },
  "fail-on-skip": { type: "boolean", summary: "exit with 3 if an object was skipped" },
});
