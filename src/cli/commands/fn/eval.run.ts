import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { KptError } from "../../../core/error.ts";
import { names } from "../../../fn/annotations.ts";
import { evalFunction, itemsBelow, itemsOfText } from "../../../fn/eval.ts";
import { warnOfForeign } from "../../../fn/foreign.ts";
import { FunctionHost, runtimeChoiceOf } from "../../../fn/host.ts";
import { checkImage, imagePrefix, parsePullPolicy, withPrefix } from "../../../fn/image.ts";
import { Item, itemsOf, sequenceIndent } from "../../../fn/item.ts";
import { parseConfig } from "../../../fn/pipeline.ts";
import { planChanges } from "../../../fn/save.ts";
import { splitCommand } from "../../../fn/shell-words.ts";
import { type FunctionConfig, functionArguments } from "../../../fn/wire.ts";
import { readTextFile } from "../../../host/files.ts";
import type { Selector } from "../../../package/kptfile.ts";
import { PackageFile, readPackage } from "../../../package/read.ts";
import { writeChanges } from "../../../package/write.ts";
import type { Input, Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { evalFlags } from "./eval.ts";
import { limitsOf } from "./limits.ts";
import { locate } from "./locate.ts";
import { ProgressLines } from "./progress-lines.ts";
import { readAll } from "./read-stdin.ts";
import { prepareResults, saveResults } from "./results-dir.ts";
import { checkKptfile, saveFunction } from "./save-function.ts";
import { destinationOf, writeElsewhere } from "./write-output.ts";

type EvalFlags = Input<typeof evalFlags>["flags"];

export const run: Run<typeof evalFlags> = async (context, { args, flags, rest }) => {
  const { cwd, env, signal } = context;
  const pullPolicy = parsePullPolicy(flags["image-pull-policy"]);
  const prefix = imagePrefix(flags["image-prefix"], env["KPT_IMAGE_PREFIX"]);
  if (flags["include-meta-resources"]) {
    throw usage(
      "--include-meta-resources is no longer necessary because meta resources are now included by default",
    );
  }
  const list = flags.save ? listToSaveIn(flags.type) : undefined;
  prepareResults(flags["results-dir"], cwd);
  const destination = destinationOf(flags.output, cwd);
  const chosen = functionOf(flags, args, prefix, rest);
  const configFile = flags["fn-config"] === "" ? undefined : resolve(cwd, flags["fn-config"]);
  if (configFile !== undefined && !existsSync(configFile)) {
    throw usage(`missing function config file: ${flags["fn-config"]}`);
  }
  const lines = new ProgressLines(context.stderr, { folds: flags["truncate-output"] });
  const { report } = lines;
  const warn = (message: string) => report({ type: "warning", message });
  const argument = args[0] ?? ".";
  const input =
    argument === "-" ? await fromStdin(context) : await fromDisk(argument, configFile, context, warn);
  if (list !== undefined && configFile !== undefined && !isBelow(configFile, input.directory)) {
    throw usage(`--fn-config must be under ${input.directory} if saving functions to Kptfile (--save=true)`);
  }
  if (list !== undefined) checkKptfile(input.directory);
  const config = configFile === undefined ? { node: chosen.config } : readConfig(configFile);
  const host = new FunctionHost({
    cwd,
    env,
    signal,
    imagePrefix: prefix,
    pullPolicy,
    runtime: runtimeChoiceOf(flags["fn-runtime"], env["KPT_FN_RUNTIME"]),
    allowExec: true,
    allowNetwork: flags.network,
    allowWasm: flags["allow-alpha-wasm"] && (flags.exec === "" || flags.exec.endsWith(".wasm")),
    mounts: flags.mount,
    containerEnv: flags.env,
    ...(flags["as-current-user"] ? { user: currentUser() } : {}),
    limits: limitsOf(flags["fn-timeout"]),
    warn,
  });
  const source = chosen.image === undefined ? { exec: flags.exec } : { image: chosen.image, tag: flags.tag };
  const outcome = await plainErrors(async () => {
    const fn = await host.ready(source, { latest: false });
    if (fn.runtime.kind === "builtin") warnOfContainerFlags(flags, fn.label, warn);
    const selection = { select: selectorOf(flags, "match"), exclude: selectorOf(flags, "exclude") };
    return evalFunction({ items: input.items, fn, config, ...selection, report, explains: flags.explain });
  }).finally(() => lines.stop());
  if (outcome.passed) {
    if (destination.kind !== "place") await writeElsewhere(destination, outcome.items, input.files, context);
    else if (argument === "-") await writeElsewhere({ kind: "stdout" }, outcome.items, [], context);
    else
      writeChanges(input.directory, planChanges({ files: input.files, items: outcome.items, prunes: true }));
  }
  if (flags["results-dir"] !== "") {
    context.stderr.write("\n");
    const runs = outcome.run.executionError === undefined ? [outcome.run] : [];
    saveResults(flags["results-dir"], runs, !outcome.passed, context);
  }
  if (!outcome.passed) {
    if (outcome.error !== undefined) throw withLabel(outcome.error);
    return 1;
  }
  if (list !== undefined) {
    saveFunction(
      input.directory,
      list,
      {
        ...source,
        ...(configFile === undefined
          ? { configMap: chosen.data }
          : { configPath: relative(input.directory, configFile).split(sep).join("/") }),
        select: selectorOf(flags, "match"),
        exclude: selectorOf(flags, "exclude"),
      },
      context,
    );
  }
  return 0;
};

interface EvalInput {
  directory: string;
  files: PackageFile[];
  items: Item[];
}

async function fromStdin(context: Context): Promise<EvalInput> {
  const text = await readAll(context.stdin, context.signal);
  return { directory: context.cwd, files: [], items: itemsOfText(text) };
}

async function fromDisk(
  argument: string,
  configFile: string | undefined,
  context: Context,
  warn: (message: string) => void,
): Promise<EvalInput> {
  const located = locate(argument, context.cwd, warn);
  if (!located.isFolder) {
    const path = basename(located.absolute);
    const file = new PackageFile(path, located.absolute, readTextFile(located.absolute, argument));
    return { directory: dirname(located.absolute), files: [file], items: itemsOf([file], "") };
  }
  const tree = await readPackage(located.absolute, { signal: context.signal, warn });
  const { files, items } = itemsBelow(tree, configFile);
  warnOfForeign(files, warn);
  return { directory: located.absolute, files, items };
}

function functionOf(
  flags: EvalFlags,
  args: readonly string[],
  prefix: string,
  rest: readonly string[] | undefined,
) {
  if (flags.image === "" && flags.exec === "") throw usage("must specify --image or --exec");
  if (args.length > 1) throw usage("0 or 1 arguments supported, function arguments go after '--'");
  const words = [...(rest ?? [])];
  if (words.length > 0 && flags["fn-config"] !== "") {
    throw usage("function arguments can only be specified without function config file");
  }
  const kind = words[0] !== undefined && !words[0].includes("=") ? (words.shift() ?? "") : "ConfigMap";
  const data = pairs(words, "args must have keys and values separated by =");
  const config = functionArguments(kind, data);
  if (flags.image !== "") {
    if (flags.exec !== "") throw usage("must specify only one of --image and --exec");
    const image = withPrefix(flags.image, prefix);
    checkImage(image);
    return { image, data, config };
  }
  if (flags.mount.length > 0 || flags["as-current-user"] || flags.network || flags.env.length > 0) {
    throw usage("--mount, --as-current-user, --network and --env can only be used with container functions");
  }
  splitCommand(flags.exec);
  return { image: undefined, data, config };
}

/** A function in this process sees nothing of the machine, whatever is asked for. */
function warnOfContainerFlags(flags: EvalFlags, fn: string, warn: (message: string) => void): void {
  const given = (["as-current-user", "env", "mount", "network"] as const).filter(name => {
    const value = flags[name];
    return Array.isArray(value) ? value.length > 0 : value;
  });
  if (given.length === 0) return;
  const names = given.map(name => `--${name}`).join(", ");
  warn(`${names}: no effect on ${fn}, which runs built in; --fn-runtime=container runs it in a container`);
}

function listToSaveIn(type: string): "mutators" | "validators" {
  if (type === "") throw usage("--type must be specified if saving functions to Kptfile (--save=true)");
  if (type !== "mutator" && type !== "validator")
    throw usage("--type must be either `mutator` or `validator`");
  return type === "mutator" ? "mutators" : "validators";
}

function readConfig(file: string): FunctionConfig {
  const node = parseConfig(file, file);
  const text = readTextFile(file);
  const carried = new Map<string, string>([
    [names.legacyIndex, "0"],
    [names.index, "0"],
    [names.seqindent, sequenceIndent(text)],
  ]);
  return { item: new Item(node, carried) };
}

function selectorOf(flags: EvalFlags, which: "match" | "exclude"): Selector | undefined {
  const selector: Selector = {
    apiVersion: flags[`${which}-api-version`],
    kind: flags[`${which}-kind`],
    name: flags[`${which}-name`],
    namespace: flags[`${which}-namespace`],
  };
  for (const key of ["labels", "annotations"] as const) {
    const given = flags[`${which}-${key}`];
    if (given.length > 0)
      selector[key] = pairs(given, `--${which}-${key} must have keys and values separated by =`);
  }
  const used = Object.entries(selector).filter(([, value]) => value !== "");
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

function pairs(words: readonly string[], complaint: string): Map<string, string> {
  return new Map(
    words.map(word => {
      const at = word.indexOf("=");
      if (at < 0) throw usage(complaint);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function isBelow(file: string, directory: string): boolean {
  return file.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

function currentUser(): string {
  return `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
}

function usage(message: string): KptError {
  return new KptError("USAGE", message);
}

/** `eval` has one way to begin its errors. */
function withLabel(error: KptError): KptError {
  const { code, message, place, hint, exitCode, cause } = error;
  return new KptError(code, message, {
    exitCode,
    cause,
    ...(place ? { place } : {}),
    ...(hint ? { hint } : {}),
  });
}

async function plainErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KptError && error.label === "Error" ? withLabel(error) : error;
  }
}
