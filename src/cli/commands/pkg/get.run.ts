import { basename } from "node:path";
import { KptError } from "../../../core/error.ts";
import { updateStrategies } from "../../../package/kptfile.ts";
import { chooseDestination } from "../../../upstream/destination.ts";
import { UpstreamFetcher, type UpstreamFile } from "../../../upstream/fetch.ts";
import { findUpstream } from "../../../upstream/find.ts";
import { getPackage } from "../../../upstream/get.ts";
import { setPackageContext } from "../../../upstream/package-context.ts";
import type { Run } from "../../command.ts";
import { StatusLine } from "../../terminal/status-line.ts";
import type { getFlags } from "./get.ts";

export const run: Run<typeof getFlags> = async (context, { args, flags }) => {
  const { cwd, env, signal } = context;
  const [address = "", typed] = args;
  if (!updateStrategies.some(each => each === flags.strategy)) {
    throw new KptError("USAGE", `unknown update strategy ${JSON.stringify(flags.strategy)}`);
  }
  const status = new StatusLine(context.stderr);
  const report = (line: string): void => status.write(`${line}\n`);
  const onProgress = context.stderr.isTTY ? (line: string) => status.show(line) : undefined;
  const fetcher = new UpstreamFetcher({ env, cwd, signal, ...(onProgress ? { onProgress } : {}) });
  try {
    const upstream = await findUpstream(address, { fetcher, cwd });
    const { folder, warning } = chooseDestination(typed, upstream, cwd);
    if (warning !== undefined) report(warning);
    const forDeployment = flags["for-deployment"];
    const customize = (files: Map<string, UpstreamFile>): void => {
      for (const line of setPackageContext(files, basename(folder))) report(line);
    };
    const fetched = await getPackage({
      upstream,
      updateStrategy: flags.strategy,
      destination: folder,
      fetcher,
      signal,
      report,
      blueprint: !("KRM_DISABLE_ATTRIBUTION" in env),
      ...(forDeployment ? { customize } : {}),
    });
    report(`\nFetched ${fetched} package(s).`);
    if (forDeployment) report(customized(folder));
    return 0;
  } finally {
    await fetcher.close();
    status.clear();
  }
};

/** What the function runner of Go kpt prints; the function itself has run on the files before they were written. */
function customized(folder: string): string {
  return `
Customizing package for deployment.
[RUNNING] "builtins/gen-pkg-context" on package at path ${JSON.stringify(folder)}
[PASS] "builtins/gen-pkg-context" in 0s
  [Results]:
    [info]: generated package context

Customized package for deployment.`;
}
