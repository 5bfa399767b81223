import { command, flags } from "../command.ts";
import { loadFlag } from "./sandbox/load-flag.ts";

export const tryFlags = flags({
  "allow-exec": {
    type: "boolean",
    summary: "allow functions of the pipeline to run programs of this machine",
  },
  load: loadFlag,
  "reconcile-timeout": {
    type: "duration",
    default: 10_000,
    summary: "how long to wait until the resources have reached their state",
  },
});

export const tryPackage = command({
  name: "try",
  usage: "[PKG_PATH]",
  args: { min: 0, max: 1 },
  summary: "Render a package and apply it to a fresh sandbox.",
  description: `Copies the package to a temporary folder, renders it there, applies it to a
Kubernetes API server in this process and shows what becomes of its resources.
Neither the package nor any cluster is touched.

Namespaces that the package uses but does not hold are made first; other objects
that it expects in the cluster are taken from files by --load.

Args:

  PKG_PATH:
    The package. Defaults to the current directory.`,
  flags: tryFlags,
  examples: [
    { says: "Try the package in folder 'app'.", run: "kpt try app" },
    {
      says: "Try a package that needs a Secret which it does not hold.",
      run: "kpt try wordpress --load mysql-pass.yaml",
    },
  ],
  load: () => import("./try.run.ts"),
});
