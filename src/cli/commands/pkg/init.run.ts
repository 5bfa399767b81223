import { initPackage } from "../../../package/init.ts";
import type { Run } from "../../command.ts";
import { visible } from "../../terminal/visible.ts";
import type { initFlags } from "./init.ts";

export const run: Run<typeof initFlags> = async (context, { args, flags }) => {
  initPackage({
    directory: args[0] ?? ".",
    cwd: context.cwd,
    description: flags.description,
    keywords: flags.keywords,
    site: flags.site,
    report: line => context.stderr.write(`${visible(line)}\n`),
  });
  return 0;
};
