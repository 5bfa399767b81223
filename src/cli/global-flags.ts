import { flags } from "./command.ts";

/** Accepted by every command, before or after its name. */
export const globalFlags = flags({
  help: { type: "boolean", short: "h", summary: "help for", hidden: true },
  "truncate-output": {
    type: "boolean",
    default: true,
    summary: "Enable the truncation for output",
  },
  "stack-trace": {
    type: "boolean",
    summary: "Print a stack trace on errors",
    hidden: true,
  },
  // Go kpt's logging library; scripts pass these, we have no such log.
  v: { type: "integer", short: "v", summary: "number for the log level verbosity", hidden: true },
  "log-flush-frequency": {
    type: "duration",
    default: 5000,
    summary: "Maximum number of seconds between log flushes",
    hidden: true,
  },
  logtostderr: { type: "boolean", summary: "log to standard error instead of files", hidden: true },
  alsologtostderr: { type: "boolean", summary: "log to standard error as well as files", hidden: true },
  alsologtostderrthreshold: {
    type: "string",
    summary: "logs at or above this threshold go to stderr",
    hidden: true,
  },
  "legacy-stderr-threshold-behavior": {
    type: "boolean",
    summary: "keep the former meaning of the threshold",
    hidden: true,
  },
});
