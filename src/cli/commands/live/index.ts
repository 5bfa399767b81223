import { group } from "../../command.ts";
import { apply, preview } from "./apply.ts";
import { destroy } from "./destroy.ts";
import { init } from "./init.ts";
import { installResourceGroup } from "./install-resource-group.ts";
import { migrate } from "./migrate.ts";
import { status } from "./status.ts";

export const live = group({
  name: "live",
  summary: "Deploy local packages to a cluster.",
  description: "Deploys packages to a cluster, prunes what they drop, and tells their status.",
  commands: [apply, destroy, init, installResourceGroup, migrate, preview, status],
});
