import { KptError } from "../../../core/error.ts";
import { updateStrategies } from "../../../package/kptfile.ts";
import { chooseDestination } from "../../../upstream/destination.ts";
import { UpstreamFetcher } from "../../../upstream/fetch.ts";
import { findUpstream } from "../../../upstream/find.ts";
import { getPackage } from "../../../upstream/get.ts";
import type { Run } from "../../command.ts";
import { visible } from "../../terminal/visible.ts";
import type { getFlags } from "./get.ts";

export const run: Run<typeof getFlags> = async (context, { args, flags }) => {
  const { cwd, env, signal } = context;
  const [address = "", typed] = args;
  if (!updateStrategies.some(each => each === flags.strategy)) {
    throw new KptError("USAGE", `unknown update strategy ${JSON.stringify(flags.strategy)}`);
  }
  const report = (line: string): void => context.stderr.write(`${visible(line)}\n`);
  const fetcher = new UpstreamFetcher({ env, cwd, signal });
  const upstream = await findUpstream(address, { fetcher, cwd });
  const { folder, warning } = chooseDestination(typed, upstream, cwd);
  if (warning !== undefined) report(warning);
  const fetched = await getPackage({
    upstream,
    updateStrategy: flags.strategy,
    destination: folder,
    fetcher,
    signal,
    report,
    blueprint: !("KRM_DISABLE_ATTRIBUTION" in env),
  });
  report(`\nFetched ${fetched} package(s).`);
  return 0;
};
