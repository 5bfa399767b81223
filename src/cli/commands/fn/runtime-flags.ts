import { flags } from "../../command.ts";

/** What all commands that run functions have in common. */
export const runtimeFlags = flags({
  "allow-alpha-wasm": { type: "boolean", summary: "allow running wasm images and local .wasm files." },
  explain: { type: "boolean", summary: "show the fields that each function changed." },
  "fn-runtime": {
    type: "string",
    default: "",
    placeholder: "auto|builtin|container",
    choices: ["", "auto", "builtin", "container"],
    summary:
      "where functions of the catalog run: in this process or in a container. Can also be set by KPT_FN_RUNTIME.",
  },
  "fn-timeout": {
    type: "duration",
    default: 300_000,
    summary: "how long a program, container or wasm function may run; 0 lets it run for ever",
  },
  "image-prefix": {
    type: "string",
    placeholder: "PREFIX",
    summary:
      "registry and repository to put before short image names. Can also be set by KPT_IMAGE_PREFIX; ghcr.io/kptdev/krm-functions-catalog otherwise.",
  },
  "image-pull-policy": {
    type: "string",
    default: "IfNotPresent",
    summary: "pull image before running the container. It must be one of Always, IfNotPresent and Never.",
  },
  "results-dir": {
    type: "string",
    default: "",
    placeholder: "DIR",
    summary: "path to a directory to save function results",
  },
  "truncate-output": { type: "boolean", default: true, summary: "fold long results", hidden: true },
});
