import type { Run } from "../command.ts";
import { complete } from "../complete.ts";
import { exitCodes } from "../exit-codes.ts";
import { visibleLine } from "../terminal/visible.ts";
import type { completeFlags } from "./complete.ts";
import { kpt } from "./index.ts";

export const run: Run<typeof completeFlags> = async ({ stdout, env }, { rest = [] }) => {
  const contexts = async () => {
    const { contextNames } = await import("../kube-contexts.ts");
    return contextNames(env);
  };
  const { offers, shell } = await complete(kpt, rest, { contexts });
  for (const { value, says } of offers) {
    stdout.write(`${visibleLine(value)}${says === "" ? "" : `\t${visibleLine(says)}`}\n`);
  }
  stdout.write(`:${shell}\n`);
  return exitCodes.ok;
};
