import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { missingFunctions } from "./functions.ts";
import { type Case, kpt, readYaml, type Suite } from "./suite.ts";
import { compareTrees, readTree } from "./trees.ts";

interface Recorded {
  function: string;
  functionConfig?: string;
  input?: Record<string, string>;
  observed?: {
    exitCode: number;
    filesAfter?: Record<string, string>;
    filesDeleted?: string[];
    results?: unknown[];
  };
}

async function replay(recorded: Recorded): Promise<string[]> {
  const { observed } = recorded;
  if (!observed) throw new Error("nothing observed");
  const tmp = mkdtempSync(join(tmpdir(), "kpt-unit-"));
  try {
    const pkg = join(tmp, "pkg");
    const wanted = new Map(Object.entries(recorded.input ?? {}));
    mkdirSync(pkg);
    for (const [path, text] of wanted) {
      mkdirSync(dirname(join(pkg, path)), { recursive: true });
      writeFileSync(join(pkg, path), text);
    }
    const config = recorded.functionConfig === undefined ? [] : ["--fn-config", join(tmp, "config.yaml")];
    if (recorded.functionConfig !== undefined)
      writeFileSync(join(tmp, "config.yaml"), recorded.functionConfig);
    const results = join(tmp, "results");
    const ended = await kpt(
      ["fn", "eval", pkg, "--image", `${recorded.function}:latest`, ...config, "--results-dir", results],
      { cwd: tmp, env: { ...process.env, HOME: tmp } },
    );
    const problems: string[] = [];
    if (ended.exit !== observed.exitCode) {
      problems.push(
        `exit: expected ${observed.exitCode}, got ${ended.exit}: ${ended.stderr.trim().slice(-300)}`,
      );
    }
    for (const [path, text] of Object.entries(observed.filesAfter ?? {})) wanted.set(path, text);
    for (const path of observed.filesDeleted ?? []) wanted.delete(path);
    problems.push(...compareTrees(wanted, readTree(pkg)));
    const file = join(results, "results.yaml");
    const list = existsSync(file)
      ? (parse(readFileSync(file, "utf8")) as { items?: { results?: unknown[] }[] })
      : undefined;
    const got = list?.items?.[0]?.results ?? [];
    if (!isDeepStrictEqual(got, observed.results ?? [])) {
      problems.push(
        "results differ",
        `  - ${JSON.stringify(observed.results ?? [])}`,
        `  + ${JSON.stringify(got)}`,
      );
    }
    return problems;
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

/** The catalog's own test tables, as the real tool ran them. */
export const catalogUnit: Suite = {
  name: "catalog-unit",
  cases: folder =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name.endsWith(".yaml"))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
      .map((path): Case => {
        const recorded = readYaml<Recorded>(path);
        return {
          name: relative(folder, path).replace(/\.yaml$/, ""),
          notRun: () =>
            recorded.observed
              ? missingFunctions([recorded.function])
              : "a table of an inner helper, not of the function",
          run: () => replay(recorded),
        };
      }),
};
