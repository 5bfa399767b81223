import { join } from "node:path";
import { KptError } from "../../../core/error.ts";
import { attribute } from "../../../fn/attribution.ts";
import { FunctionHost, runtimeChoiceOf } from "../../../fn/host.ts";
import { imagePrefix, parsePullPolicy } from "../../../fn/image.ts";
import type { Progress } from "../../../fn/progress.ts";
import { recordStatus } from "../../../fn/record.ts";
import { type Rendered, renderPackage, savesOnFailure } from "../../../fn/render.ts";
import { planChanges } from "../../../fn/save.ts";
import { Kptfile, parseKptfile, readKptfile } from "../../../package/kptfile.ts";
import { allFiles, type PackageTree, readPackage } from "../../../package/read.ts";
import { type PackageChange, writeChanges } from "../../../package/write.ts";
import type { Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import { jsonReport } from "./json-report.ts";
import { limitsOf } from "./limits.ts";
import { locate } from "./locate.ts";
import { ProgressLines } from "./progress-lines.ts";
import type { renderFlags } from "./render.ts";
import { prepareResults, saveResults } from "./results-dir.ts";
import { type Destination, destinationOf, writeElsewhere } from "./write-output.ts";

export const run: Run<typeof renderFlags> = async (context, { args, flags }) => {
  const { cwd, env, signal } = context;
  const pullPolicy = parsePullPolicy(flags["image-pull-policy"]);
  const prefix = imagePrefix(flags["image-prefix"], env["KPT_IMAGE_PREFIX"]);
  const asJson = flags.output === "json";
  const destination = destinationOf(asJson ? "" : flags.output, cwd);
  const resultsFolder = flags["results-dir"];
  prepareResults(resultsFolder, cwd);
  const seen: Progress[] = [];
  const lines = new ProgressLines(context.stderr, { folds: flags["truncate-output"] });
  const report = (progress: Progress) => {
    if (asJson) seen.push(progress);
    lines.report(progress);
  };
  const warn = (message: string) => report({ type: "warning", message });
  const located = locate(args[0] ?? ".", cwd, warn);
  if (!located.isFolder) throw notAPackage(located.absolute);
  const kptfile = readKptfile(located.absolute);
  const host = new FunctionHost({
    cwd,
    env,
    signal,
    imagePrefix: prefix,
    pullPolicy,
    runtime: runtimeChoiceOf(flags["fn-runtime"], env["KPT_FN_RUNTIME"]),
    allowExec: flags["allow-exec"],
    allowNetwork: flags["allow-network"],
    allowWasm: flags["allow-alpha-wasm"],
    rehearses: savesOnFailure(kptfile),
    limits: limitsOf(flags["fn-timeout"]),
    warn,
  });
  const tree = await readPackage(located.absolute, { signal, warn });
  const explains = flags.explain || asJson;
  const outcome = await renderPackage({
    tree,
    shownPath: located.shown,
    host,
    report,
    explains,
    oneByOne: savesOnFailure(kptfile),
  }).finally(() => lines.stop());
  if (env["KRM_DISABLE_ATTRIBUTION"] === undefined || env["KRM_DISABLE_ATTRIBUTION"] === "") {
    attribute(outcome.items);
  }
  await finish(context, destination, tree, outcome);
  saveResults(resultsFolder, outcome.runs, outcome.failure !== undefined, context);
  if (asJson) context.stdout.write(jsonReport(outcome, seen));
  if (outcome.failure?.error !== undefined) throw outcome.failure.error;
  return outcome.failure === undefined ? 0 : 1;
};

function notAPackage(path: string): KptError {
  return new KptError(
    "KPTFILE_INVALID",
    `Kptfile at ${JSON.stringify(path)} can't be read.\n\nDetails:\nopen ${join(path, "Kptfile")}: not a directory`,
    { label: "Error" },
  );
}

async function finish(
  context: Context,
  destination: Destination,
  tree: PackageTree,
  outcome: Rendered,
): Promise<void> {
  const files = allFiles(tree);
  const failed = outcome.failure !== undefined;
  if (destination.kind !== "place") {
    if (!failed) await writeElsewhere(destination, outcome.items, files, context);
    return;
  }
  const saves =
    !failed ||
    (tree.kptfile !== undefined && savesOnFailure(parseKptfile(tree.kptfile.text, tree.directory)));
  writeChanges(tree.directory, saves ? savedChanges(tree, outcome) : statusOnly(tree, outcome));
  const { executed, packages } = outcome;
  const inPackages = `in ${packages} package(s).\n`;
  if (!failed) context.stderr.write(`Successfully executed ${executed} function(s) ${inPackages}`);
  else if (saves) {
    context.stderr.write(
      executed > 0
        ? `Partially executed ${executed} function(s) ${inPackages}`
        : `Failed to execute any functions ${inPackages}`,
    );
  }
}

/** The rendered files, with the status in the root Kptfile if that is still there. */
function savedChanges(tree: PackageTree, outcome: Rendered): PackageChange[] {
  const files = allFiles(tree);
  const root = outcome.items.find(item => item.path === "Kptfile" && item.resource?.kind === "Kptfile");
  const file = tree.kptfile;
  if (root?.resource !== undefined && file !== undefined) {
    recordStatus(new Kptfile(tree.directory, file.yaml, root.resource.node), outcome);
  }
  return planChanges({ files, items: outcome.items, prunes: outcome.failure === undefined });
}

/** After a failure the Kptfile on disk gets the status, without anything that functions did to it. */
function statusOnly(tree: PackageTree, outcome: Rendered): PackageChange[] {
  if (tree.kptfile === undefined) return [];
  const kptfile = parseKptfile(tree.kptfile.text, tree.directory);
  recordStatus(kptfile, outcome);
  const content = kptfile.toString();
  return content === tree.kptfile.text ? [] : [{ path: tree.kptfile.path, content }];
}
