import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { missingFunctions } from "./functions.ts";
import { type Case, copyWritable, foldersWith, kpt, readYaml, type Suite } from "./suite.ts";
import { applyPatch, compareTrees, readTree } from "./trees.ts";

interface Recorded {
  function: string;
  command: "render" | "eval";
  image?: string;
  args?: Record<string, unknown>;
  fnConfig?: string;
  mounts?: string[];
  exitCode: number;
  exitCodeAlso?: number | number[];
  stdErr?: string;
}

interface FunctionResults {
  items?: { exitCode: number; results?: unknown }[];
}

function resultsOf(text: string): unknown {
  const list = parse(text) as FunctionResults | null;
  return (list?.items ?? []).map(item => ({ exitCode: item.exitCode, results: item.results ?? [] }));
}

async function replay(folder: string): Promise<string[]> {
  const recorded = readYaml<Recorded>(join(folder, "case.yaml"));
  const tmp = mkdtempSync(join(tmpdir(), "kpt-catalog-"));
  try {
    const pkg = join(tmp, "pkg");
    copyWritable(join(folder, "pkg"), pkg);
    const results = join(tmp, "results");
    const args =
      recorded.command === "render"
        ? ["fn", "render", pkg, "--results-dir", results]
        : [
            "fn",
            "eval",
            pkg,
            "--results-dir",
            results,
            "--image",
            recorded.image ?? "",
            ...(recorded.fnConfig ? ["--fn-config", join(pkg, recorded.fnConfig)] : []),
            ...(recorded.args
              ? ["--", ...Object.entries(recorded.args).map(([key, value]) => `${key}=${value}`)]
              : []),
          ];
    const ended = await kpt(args, { cwd: pkg, env: { ...process.env, HOME: tmp } });
    const problems: string[] = [];
    const codes = [recorded.exitCode, ...[recorded.exitCodeAlso ?? []].flat()];
    if (!codes.some(code => code === ended.exit)) {
      problems.push(
        `exit: expected ${codes.join(" or ")}, got ${ended.exit}: ${ended.stderr.trim().slice(-300)}`,
      );
    }
    if (recorded.stdErr && !ended.stderr.includes(recorded.stdErr.trim())) {
      problems.push(`stderr lacks: ${recorded.stdErr.trim()}`, `stderr: ${ended.stderr}`);
    }
    const wanted = join(tmp, "expected");
    copyWritable(join(folder, "pkg"), wanted);
    const patch = join(folder, "expected/diff.patch");
    if (existsSync(patch)) applyPatch(wanted, patch);
    problems.push(...compareTrees(readTree(wanted), readTree(pkg), { ignoreRootStatus: true }));
    const answers = ["results.yaml", "results.alt.yaml", "results.alt1.yaml", "results.alt2.yaml"]
      .map(name => join(folder, "expected", name))
      .filter(path => existsSync(path));
    if (answers.length > 0) {
      const file = join(results, "results.yaml");
      if (!existsSync(file)) problems.push("no results file");
      else {
        const got = resultsOf(readFileSync(file, "utf8"));
        if (!answers.some(path => isDeepStrictEqual(resultsOf(readFileSync(path, "utf8")), got))) {
          problems.push(
            "results differ",
            `  ${JSON.stringify(got)}`,
            `  ${JSON.stringify(resultsOf(readFileSync(answers[0]!, "utf8")))}`,
          );
        }
      }
    }
    return problems;
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

/** Example packages and end-to-end tests of the function catalog. */
export const catalog: Suite = {
  name: "catalog",
  cases: folder =>
    foldersWith(folder, "case.yaml").map((name): Case => {
      const at = join(folder, name);
      return {
        name,
        notRun: () =>
          missingFunctions([
            readYaml<Recorded>(join(at, "case.yaml")).function,
            ...imagesIn(join(at, "pkg")),
          ]),
        run: () => replay(at),
      };
    }),
};

/** Images that the Kptfiles of a package name. */
export function imagesIn(folder: string): string[] {
  const found: string[] = [];
  for (const [path, text] of readTree(folder)) {
    if (!path.endsWith("Kptfile")) continue;
    for (const [, image] of text.matchAll(/^\s*(?:- )?image:\s*["']?([^\s"'#]+)/gm))
      if (image) found.push(image);
  }
  return found;
}
