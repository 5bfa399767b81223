import { command, flags } from "../../command.ts";
import { connectionFlags } from "./connection-flags.ts";
import { runFlags } from "./run-flags.ts";

export const applyFlags = flags({
  ...runFlags,
  "server-side": { type: "boolean", summary: "let the server merge the objects (server-side apply)" },
  "force-conflicts": {
    type: "boolean",
    summary: "with --server-side: take fields over that others manage",
  },
  "field-manager": {
    type: "string",
    default: "kubectl",
    summary: "with --server-side: the name under which fields are managed",
  },
  "reconcile-timeout": {
    type: "duration",
    default: 0,
    summary: "how long to wait until an object is reconciled; 0 waits as long as it takes",
  },
  "prune-timeout": {
    type: "duration",
    default: 0,
    summary: "how long to wait until a pruned object is gone; 0 waits as long as it takes",
  },
  "prune-propagation-policy": {
    type: "string",
    default: "Background",
    summary: "what becomes of the objects that a pruned object owns: Background, Foreground or Orphan",
    complete: ["Background", "Foreground", "Orphan"],
  },
  "prune-limit": {
    type: "integer",
    summary: "stop before anything is changed if more objects than this would be pruned",
  },
  "order-by-references": {
    type: "boolean",
    summary:
      "apply what specifications name (service accounts, config maps, claims, roles) before what names it",
  },
  "install-resource-group": {
    type: "boolean",
    default: true,
    summary: "install the ResourceGroup CRD if the cluster lacks it",
  },
  diff: {
    type: "boolean",
    summary: "with --dry-run: show the fields that would change; values of Secrets are masked",
  },
  ...connectionFlags,
});

export const apply = command({
  name: "apply",
  usage: "[PKG_PATH | -]",
  args: { min: 0, max: 1_000 },
  summary: "Apply a package to the cluster (create, update, prune).",
  description: `
Creates, updates and prunes resources of the cluster so that they match the
package, and waits until they are reconciled.

PKG_PATH | -:
  Directory of the package, or - to read resources from standard input. The
  current directory unless given. The package must have been initialised by
  kpt live init.
`,
  flags: applyFlags,
  examples: [
    { says: "Apply the package in the current directory", run: "kpt live apply" },
    {
      says: "Apply a package and wait at most 15 minutes until it is reconciled",
      run: "kpt live apply my-dir --reconcile-timeout=15m",
    },
    { says: "Show what would be done, field by field", run: "kpt live apply my-dir --dry-run --diff" },
  ],
  load: () => import("./apply.run.ts"),
});

export const previewFlags = flags({
  ...applyFlags,
  destroy: { type: "boolean", summary: "show what destroy would do instead" },
});

export const preview = command({
  name: "preview",
  usage: "[PKG_PATH | -]",
  args: { min: 0, max: 1_000 },
  summary: "Show what apply would do.",
  deprecated: "use live apply --dry-run",
  hidden: true,
  flags: previewFlags,
  load: () => import("./preview.run.ts"),
});
