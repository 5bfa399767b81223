import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { imagesIn } from "./catalog.ts";
import { missingFunctions } from "./functions.ts";
import {
  type Case,
  copyWritable,
  differences,
  type Ended,
  foldersWith,
  kpt,
  readYaml,
  type Suite,
} from "./suite.ts";
import { applyPatch, compareTrees, readTree, sameResources } from "./trees.ts";

interface Config {
  testType?: "render" | "eval";
  exitCode?: number;
  stdErr?: string;
  stdOut?: string;
  stdErrRegEx?: string;
  stdErrStripLines?: string[];
  actualStripLines?: string[];
  diffStripRegEx?: string;
  runtimes?: string[];
  skip?: boolean;
  imagePullPolicy?: string;
  disableOutputTruncate?: boolean;
  allowExec?: boolean;
  allowWasm?: boolean;
  image?: string;
  tag?: string;
  execPath?: string;
  args?: Record<string, string>;
  fnConfig?: string;
  network?: boolean;
  includeMetaResources?: boolean;
}

interface Step {
  remove?: string[];
  mkdir?: string[];
  symlink?: { path: string; target: string };
  pipe?: string[][];
}

interface Script {
  env?: Record<string, string>;
  steps?: Step[];
}

function commandOf(config: Config, pkg: string, expected: string, results: string): string[] {
  const hasResults = existsSync(join(expected, "results.yaml"));
  const args = ["fn", config.testType ?? "render", pkg];
  if (hasResults) args.push("--results-dir", results);
  if (existsSync(join(pkg, "out"))) args.push("-o", join(pkg, "out"));
  if (config.imagePullPolicy) args.push("--image-pull-policy", config.imagePullPolicy);
  if (config.allowWasm) args.push("--allow-alpha-wasm");
  if (config.testType !== "eval") {
    if (config.disableOutputTruncate) args.push("--truncate-output=false");
    if (config.allowExec) args.push("--allow-exec");
    return args;
  }
  if (config.image) args.push("--image", config.image);
  if (config.tag) args.push("--tag", config.tag);
  if (config.execPath) args.push("--exec", join(expected, config.execPath));
  if (config.fnConfig) args.push("--fn-config", join(expected, config.fnConfig));
  if (config.network) args.push("--network");
  if (config.includeMetaResources) args.push("--include-meta-resources");
  if (config.args) args.push("--", ...Object.entries(config.args).map(([key, value]) => `${key}=${value}`));
  return args;
}

async function runSteps(
  steps: readonly Step[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  results: string,
): Promise<Ended> {
  const total: Ended = { exit: 0, stdout: "", stderr: "" };
  for (const step of steps) {
    for (const path of step.remove ?? []) rmSync(join(cwd, path), { recursive: true, force: true });
    for (const path of step.mkdir ?? []) mkdirSync(join(cwd, path), { recursive: true });
    if (step.symlink) symlinkSync(step.symlink.target, join(cwd, step.symlink.path));
    let stdin = "";
    for (const args of step.pipe ?? []) {
      const ended = await kpt(
        args.map(arg => arg.replaceAll("${RESULTS}", results)),
        { cwd, env, stdin },
      );
      stdin = ended.stdout;
      total.stderr += ended.stderr;
      if (ended.exit !== 0) total.exit = ended.exit;
    }
    total.stdout += stdin;
    if (total.exit !== 0) return total;
  }
  return total;
}

function sanitise(text: string): string {
  return text
    .replace(/^(\[(?:PASS|FAIL)\] \S+ in )\S+$/gm, "$10s")
    .replace(/\/?\w+\/kpt-pipeline-e2e-\d+\//g, "");
}

function without(text: string, lines: readonly string[]): string {
  return lines.reduce((rest, line) => rest.replaceAll(`${line}\n`, ""), text);
}

async function replay(suiteFolder: string, folder: string): Promise<string[]> {
  const expected = realpathSync(join(folder, ".expected"));
  const optional = <T>(name: string): T | undefined =>
    existsSync(join(expected, name))
      ? ((readYaml<T | null>(join(expected, name)) ?? undefined) as T | undefined)
      : undefined;
  const config = optional<Config>("config.yaml") ?? {};
  const script = optional<Script>("run.yaml") ?? {};
  const home = mkdtempSync(join(tmpdir(), "kpt-fn-"));
  const parent = join(tmpdir(), `kpt-pipeline-e2e-${process.hrtime.bigint()}`);
  const pkg = join(parent, basename(folder));
  try {
    mkdirSync(parent);
    copyWritable(folder, pkg);
    symlinkSync(suiteFolder, join(home, "testdata"));
    const results = join(parent, "results");
    const env = { ...process.env, HOME: home, ...script.env };
    execFileSync("git", ["init", "-q"], { cwd: pkg, env });
    const before = readTree(pkg);
    const ended = script.steps
      ? await runSteps(script.steps, pkg, env, results)
      : await kpt(commandOf(config, pkg, expected, results), { cwd: home, env });
    const problems: string[] = [];
    const stderr = sanitise(without(ended.stderr, config.stdErrStripLines ?? []));
    if (ended.exit !== (config.exitCode ?? 0)) {
      problems.push(
        `exit: expected ${config.exitCode ?? 0}, got ${ended.exit}: ${stderr.trim().slice(-400)}`,
      );
    }
    if (!stderr.includes((config.stdErr ?? "").trim())) {
      problems.push(
        "stderr lacks the recorded text",
        ...differences("stderr", (config.stdErr ?? "").trim(), stderr.trim()),
      );
    }
    const stdout = (config.stdOut ?? "").trim();
    // The recorded functions sort the list that they return and append what they add.
    if (!ended.stdout.includes(stdout) && !sameResources(stdout, ended.stdout)) {
      problems.push("stdout lacks the recorded text", ...differences("stdout", stdout, ended.stdout.trim()));
    }
    if (config.stdErrRegEx && !new RegExp(config.stdErrRegEx).test(stderr)) {
      problems.push(`stderr does not match ${config.stdErrRegEx}: ${stderr}`);
    }
    problems.push(...compareResults(expected, results, config.actualStripLines ?? []));
    const wanted = join(home, "wanted");
    copyWritable(folder, wanted);
    const patch = join(expected, "diff.patch");
    if (existsSync(patch) && readFileSync(patch, "utf8").trim() !== "") applyPatch(wanted, patch);
    const strip = (tree: Map<string, string>): Map<string, string> => {
      if (!config.diffStripRegEx) return tree;
      const pattern = new RegExp(config.diffStripRegEx);
      const changed = [...tree].map(([path, text]): [string, string] => [
        path,
        before.get(path) === text
          ? text
          : text
              .split("\n")
              .filter(line => !pattern.test(line) && !pattern.test(`+${line}`))
              .join("\n"),
      ]);
      return new Map(changed);
    };
    problems.push(...compareTrees(strip(readTree(wanted)), strip(readTree(pkg))));
    return problems;
  } finally {
    rmSync(parent, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  }
}

function compareResults(expected: string, results: string, strip: readonly string[]): string[] {
  const recorded = join(expected, "results.yaml");
  if (!existsSync(recorded)) return [];
  const file = join(results, "results.yaml");
  if (!existsSync(file)) return ["no results file"];
  const want = readFileSync(recorded, "utf8").trim();
  const got = without(readFileSync(file, "utf8"), strip).trim();
  return isDeepStrictEqual(parse(want), parse(got)) ? [] : differences("results.yaml", want, got);
}

/** End-to-end cases of `kpt fn` from the kpt repository. */
export const fn: Suite = {
  name: "fn",
  cases: folder =>
    foldersWith(folder, ".expected").map((name): Case => {
      const at = join(folder, name);
      return {
        name,
        notRun: () => {
          const file = join(at, ".expected/config.yaml");
          const config = existsSync(file) ? (readYaml<Config | null>(file) ?? {}) : {};
          if (config.skip) return "skipped by its own settings";
          return missingFunctions([...(config.image ? [config.image] : []), ...imagesIn(at)]);
        },
        run: () => replay(folder, at),
      };
    }),
};
