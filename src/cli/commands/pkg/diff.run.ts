import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import { type DiffType, diffPackage, diffTypes } from "../../../upstream/diff.ts";
import { UpstreamFetcher } from "../../../upstream/fetch.ts";
import type { Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import { packageArgument } from "../../package-argument.ts";
import { StatusLine } from "../../terminal/status-line.ts";
import { visible } from "../../terminal/visible.ts";
import { splitVersion } from "../../version-argument.ts";
import type { diffFlags } from "./diff.ts";

export const run: Run<typeof diffFlags> = async (context, { args, flags }) => {
  const { cwd, env, signal } = context;
  const { path, version } = splitVersion(args[0] ?? ".");
  const { absolute } = packageArgument(context, path);
  const type = typeOf(flags["diff-type"], version);
  const named = flags["diff-tool"] || env["KPT_EXTERNAL_DIFF"] || "diff";
  const tool = programAt(named, context);
  if (tool === undefined) throw new KptError("NOT_FOUND", `diff-tool '${named}' not found in the PATH`);
  const toolOptions = flags["diff-tool-opts"] || env["KPT_EXTERNAL_DIFF_OPTS"] || "";
  // Only diff itself is known to print nothing for the terminal but what stands in the files.
  const isPlain = context.stdout.isTTY && named === "diff" && !toolOptions.includes("--color");
  const status = new StatusLine(context.stderr);
  const onProgress = context.stderr.isTTY ? (line: string) => status.show(line) : undefined;
  await diffPackage({
    directory: absolute,
    target: version,
    type,
    tool,
    toolOptions: toolOptions.split(" ").filter(option => option !== ""),
    debug: flags.debug,
    cwd,
    env,
    signal,
    fetcher: new UpstreamFetcher({ env, cwd, signal, ...(onProgress ? { onProgress } : {}) }),
    report: line => status.write(`${line}\n`),
    print: text => {
      status.clear();
      context.stdout.write(isPlain ? visible(text) : text);
    },
  }).finally(() => status.clear());
  return 0;
};

function typeOf(typed: string, version: string | undefined): DiffType {
  if (typed === "") return version === undefined ? "local" : "combined";
  const found = diffTypes.find(type => type === typed);
  if (found) return found;
  throw new KptError(
    "USAGE",
    `invalid diff-type '${typed}': supported diff-types are: ${diffTypes.join(", ")}`,
  );
}

/** The file of a program that is named by a path, or found on PATH. */
function programAt(name: string, { env, cwd }: Context): string | undefined {
  const folders = name.includes("/") ? [""] : (env["PATH"] ?? "").split(delimiter);
  const files = folders.map(folder => (isAbsolute(name) ? name : resolve(cwd, join(folder, name))));
  return files.find(file => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
