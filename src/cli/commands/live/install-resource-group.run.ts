import { KptError } from "../../../core/error.ts";
import { installDefinition } from "../../../live/inventory/crd.ts";
import type { Run } from "../../command.ts";
import { inSession } from "./connect.ts";
import type { connectionFlags } from "./connection-flags.ts";

export const run: Run<typeof connectionFlags> = async (context, { args, flags }) => {
  if (args.length > 0) {
    throw new KptError("USAGE", "too many arguments; install-resource-group takes no arguments");
  }
  return await inSession(context, flags, async session => {
    context.stdout.write("installing inventory ResourceGroup CRD...");
    try {
      await installDefinition(session.client);
    } catch (thrown) {
      context.stdout.write("failed\n");
      throw thrown;
    }
    context.stdout.write("success\n");
    return 0;
  });
};
