import type { Run } from "../../command.ts";
import { run as applyRun } from "./apply.run.ts";
import type { previewFlags } from "./apply.ts";
import { run as destroyRun } from "./destroy.run.ts";

export const run: Run<typeof previewFlags> = async (context, input) => {
  const { destroy, ...flags } = input.flags;
  if (destroy !== true) return await applyRun(context, { ...input, flags: { ...flags, "dry-run": true } });
  return await destroyRun(context, {
    ...input,
    flags: {
      ...flags,
      "dry-run": true,
      "delete-timeout": 0,
      "delete-propagation-policy": flags["prune-propagation-policy"],
    },
  });
};
