import { command, flags } from "../../command.ts";
import { runtimeFlags } from "./runtime-flags.ts";

export const evalFlags = flags({
  ...runtimeFlags,
  "as-current-user": {
    type: "boolean",
    summary: "use the uid and gid of the kpt process for container function execution",
  },
  env: {
    type: "strings",
    short: "e",
    placeholder: "KEY[=VALUE]",
    summary: "a list of environment variables to be used by functions",
  },
  "exclude-annotations": {
    type: "strings",
    placeholder: "KEY=VALUE",
    summary: "exclude resources matching the given annotations",
  },
  "exclude-api-version": {
    type: "string",
    default: "",
    summary: "exclude resources matching the given apiVersion",
  },
  "exclude-kind": { type: "string", default: "", summary: "exclude resources matching the given kind" },
  "exclude-labels": {
    type: "strings",
    placeholder: "KEY=VALUE",
    summary: "exclude resources matching the given labels",
  },
  "exclude-name": { type: "string", default: "", summary: "exclude resources matching the given name" },
  "exclude-namespace": {
    type: "string",
    default: "",
    summary: "exclude resources matching the given namespace",
  },
  exec: { type: "string", default: "", placeholder: "COMMAND", summary: "run an executable as a function" },
  "fn-config": {
    type: "string",
    default: "",
    placeholder: "FILE",
    summary: "path to the function config file",
  },
  image: {
    type: "string",
    short: "i",
    default: "",
    placeholder: "IMAGE",
    summary: "run this image as a function",
  },
  "include-meta-resources": {
    type: "boolean",
    short: "m",
    hidden: true,
    summary: "no longer necessary: meta resources are included by default",
  },
  "match-annotations": {
    type: "strings",
    placeholder: "KEY=VALUE",
    summary: "select resources matching the given annotations",
  },
  "match-api-version": {
    type: "string",
    default: "",
    summary: "select resources matching the given apiVersion",
  },
  "match-kind": { type: "string", default: "", summary: "select resources matching the given kind" },
  "match-labels": {
    type: "strings",
    placeholder: "KEY=VALUE",
    summary: "select resources matching the given labels",
  },
  "match-name": { type: "string", default: "", summary: "select resources matching the given name" },
  "match-namespace": {
    type: "string",
    default: "",
    summary: "select resources matching the given namespace",
  },
  mount: {
    type: "strings",
    placeholder: "type=bind,src=PATH,dst=PATH[,rw=true]",
    summary: "a list of storage options read from the filesystem",
  },
  network: { type: "boolean", summary: "enable network access for functions that declare it" },
  output: {
    type: "string",
    short: "o",
    default: "",
    placeholder: "stdout|unwrap|DIR",
    summary:
      "output resources are written to provided location. Allowed values: stdout|unwrap|<OUT_DIR_PATH>",
  },
  save: { type: "boolean", short: "s", summary: "save the function and its arguments to the Kptfile" },
  tag: {
    type: "string",
    default: "",
    placeholder: "TAG",
    summary: "the tag of the image: a version, a range of versions such as ~0.4, or any other tag",
  },
  type: {
    type: "string",
    short: "t",
    default: "",
    placeholder: "mutator|validator",
    summary: "the list of the Kptfile in which --save puts the function",
  },
});

export const evaluate = command({
  name: "eval",
  usage: "[DIR | -]",
  rest: "fn-args",
  // Counted by the command itself, whose words for it differ from the usual ones.
  args: { min: 0, max: Number.MAX_SAFE_INTEGER },
  summary: "Execute function on resources.",
  description: `
Runs one function on the resources of a folder, which need not be a package, and writes what comes out in place. Nothing is
written when the function fails.

Args:

  DIR|-:
    Path to the local directory containing resources. Defaults to the current
    working directory. With '-', resources are read from stdin, as documents
    or as a ResourceList, and written to stdout.

  fn-args:
    Arguments of the function as key=value. A first word without '=' is the
    kind of the functionConfig.
`,
  flags: evalFlags,
  examples: [
    {
      says: "Set the namespace of everything in DIR",
      run: "kpt fn eval DIR -i set-namespace:latest -- namespace=staging",
    },
    {
      says: "Run an image with a functionConfig",
      run: "kpt fn eval DIR -i ghcr.io/example.com/my-fn --fn-config my-fn-config.yaml",
    },
    {
      says: "Run a function and add it to the pipeline of the Kptfile",
      run: "kpt fn eval DIR -s -t mutator -i set-labels:latest -- app=web",
    },
    {
      says: "Run a local executable with arguments on Deployments only",
      run: 'kpt fn eval DIR --exec "./my-fn arg1" --match-kind Deployment',
    },
    {
      says: "Use a function in a pipe",
      run: "kpt fn source DIR | kpt fn eval - -i set-labels:latest -- app=web | kpt fn sink NEW_DIR",
    },
  ],
  load: () => import("./eval.run.ts"),
});
