import type { Run } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findCommand } from "../find-command.ts";
import { helpPage } from "../help.ts";
import type { helpFlags } from "./help.ts";
import { kpt } from "./index.ts";

export const run: Run<typeof helpFlags> = async ({ stdout }, { args }) => {
  stdout.write(helpPage(findCommand(kpt, args).path));
  return exitCodes.ok;
};
