import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import { imagesIn } from "./catalog.ts";
import { missingFunctions } from "./functions.ts";
import { type Case, copyWritable, differences, foldersWith, kpt, readYaml, type Suite } from "./suite.ts";
import { compareTrees, type Ignore, readTree } from "./trees.ts";

interface Recorded {
  commands: string[][];
  env?: Record<string, string>;
  functions?: { image: string }[];
  exit: number[];
  ignore?: Ignore[];
}

/** The lines of progress text that a recording binds, sorted: their order within a block is free. */
function boundLines(text: string): string[] {
  return text
    .split("\n")
    .filter(line =>
      /^(\[RUNNING\]|\[PASS\]|\[FAIL\]|Package "|Successfully executed|Error:|error:)|^\s+(\[(info|warning|error)\]|Exit code)/.test(
        line,
      ),
    )
    .map(line =>
      line
        .replace(/( in )\S+$/, "$1${T}")
        .replace(/^[Ee]rror: .*/, "error")
        .trim(),
    )
    .sort();
}

async function replay(folder: string): Promise<string[]> {
  const recorded = readYaml<Recorded>(join(folder, "case.yaml"));
  const tmp = realpathSync(mkdtempSync(join(tmpdir(), "kpt-real-")));
  try {
    const work = join(tmp, "work");
    copyWritable(join(folder, "input"), work);
    const problems: string[] = [];
    let stderr = "";
    let stdout = "";
    for (const [at, args] of recorded.commands.entries()) {
      const ended = await kpt(args, { cwd: work, env: { ...process.env, HOME: tmp, ...recorded.env } });
      stderr += ended.stderr;
      stdout += ended.stdout;
      if (ended.exit !== recorded.exit[at]) {
        problems.push(
          `exit of ${args.join(" ")}: expected ${recorded.exit[at]}, got ${ended.exit}: ${ended.stderr.trim().slice(-300)}`,
        );
      }
    }
    const rules = { ignore: recorded.ignore ?? [] };
    problems.push(...compareTrees(readTree(join(folder, "expected")), readTree(work), rules));
    if (existsSync(join(folder, "stderr.txt"))) {
      const want = boundLines(readFileSync(join(folder, "stderr.txt"), "utf8"));
      problems.push(...differences("stderr", want.join("\n"), boundLines(stderr).join("\n")));
    }
    if (existsSync(join(folder, "stdout.txt"))) {
      const values = (text: string): unknown[] =>
        parseAllDocuments(text).map(document => document.toJS() as unknown);
      const want = readFileSync(join(folder, "stdout.txt"), "utf8");
      if (!isDeepStrictEqual(values(want), values(stdout)))
        problems.push(...differences("stdout", want, stdout));
    }
    return problems;
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

/** Runs over packages taken from public repositories. */
export const real: Suite = {
  name: "real",
  cases: folder =>
    foldersWith(folder, "case.yaml").map((name): Case => {
      const at = join(folder, name);
      const recorded = readYaml<Recorded>(join(at, "case.yaml"));
      return {
        name,
        notRun: () =>
          missingFunctions([
            ...(recorded.functions ?? []).map(each => each.image),
            ...imagesIn(join(at, "input")),
          ]),
        run: () => replay(at),
      };
    }),
};
