import type { Run } from "../command.ts";
import type { versionFlags } from "./version.ts";

export const run: Run<typeof versionFlags> = async (context, { flags }) => {
  context.stdout.write(flags.short ? "0.1.0\n" : "Version: 0.1.0\n");
  return 0;
};
