import { group } from "../command.ts";
import { alpha } from "./alpha/index.ts";
import { complete } from "./complete.ts";
import { completion } from "./completion/index.ts";
import { fn } from "./fn/index.ts";
import { help } from "./help.ts";
import { live } from "./live/index.ts";
import { pkg } from "./pkg/index.ts";
import { sandbox } from "./sandbox/index.ts";
import { tryPackage } from "./try.ts";
import { version } from "./version.ts";

export const kpt = group({
  name: "kpt",
  summary: "Configuration as Data for Kubernetes",
  description: `

All kpt commands follow this general synopsis:

  kpt <group> <command> <positional args> [PKG_PATH] [flags]

  pkg       get, update, and describe packages with resources.
  fn        generate, transform, validate packages using containerized functions.
  live      deploy local configuration packages to a cluster.
  alpha     commands currently in alpha and might change without notice.
`,
  commands: [pkg, fn, live, alpha, sandbox, tryPackage, completion, help, version, complete],
});
