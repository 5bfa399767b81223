// npm run conformance [-- SUITE [DIR]] [--case WORD] [--verbose]
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { catalog } from "./catalog.ts";
import { catalogUnit } from "./catalog-unit.ts";
import { fn } from "./fn.ts";
import { fnGolden } from "./fn-golden.ts";
import { kstatus } from "./kstatus.ts";
import { live } from "./live.ts";
import { merge3 } from "./merge3.ts";
import { ordering } from "./ordering.ts";
import { pkg } from "./pkg.ts";
import { real } from "./real.ts";
import { type Case, root, type Suite } from "./suite.ts";

const suites: Suite[] = [merge3, pkg, fn, fnGolden, catalog, catalogUnit, kstatus, ordering, live, real];

interface KnownFailure {
  suite: string;
  case: string;
  reason: string;
  /** Beginnings of the differences that are expected; others are failures. All are when absent. */
  only?: string[];
}

const argv = process.argv.slice(2);
const verbose = argv.includes("--verbose");
const wordAt = argv.indexOf("--case");
const word = wordAt < 0 ? "" : (argv[wordAt + 1] ?? "");
const [suiteName, folder] = argv.filter(
  (arg, at) => !arg.startsWith("--") && (wordAt < 0 || at !== wordAt + 1),
);

const chosen = suiteName === undefined ? suites : suites.filter(suite => suite.name === suiteName);
if (chosen.length === 0) {
  console.error(`no suite "${suiteName}"; there are: ${suites.map(suite => suite.name).join(", ")}`);
  process.exit(2);
}

const listed = parse(readFileSync(join(root, "test/conformance/known-failures.yaml"), "utf8")) as
  | KnownFailure[]
  | null;
const known = new Map((listed ?? []).map(entry => [`${entry.suite}/${entry.case}`, entry]));

let passed = 0;
let failed = 0;
let unexpected = 0;
let notRun = 0;

async function runCase(suite: Suite, one: Case): Promise<void> {
  const { name } = one;
  const obstacle = one.notRun?.();
  if (obstacle !== undefined) {
    notRun++;
    if (verbose) console.log(`not run: ${suite.name}/${name}: ${obstacle}`);
    return;
  }
  let problems: string[];
  try {
    problems = await one.run();
  } catch (thrown) {
    problems = [thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)];
  }
  const id = `${suite.name}/${name}`;
  if (problems.length === 0) {
    passed++;
    if (known.has(id)) console.log(`listed as failing, but passes: ${id}`);
    return;
  }
  failed++;
  const { only } = known.get(id) ?? {};
  const others = only ? problems.filter(line => !only.some(begin => line.startsWith(begin))) : problems;
  const isListed = known.has(id) && (only === undefined || others.length === 0);
  if (!isListed) unexpected++;
  console.log(`${isListed ? "failed as listed" : "FAILED"}: ${id}`);
  if (verbose || !isListed) {
    for (const line of verbose ? problems : others.slice(0, 4)) console.log(`    ${line}`);
  }
}

for (const suite of chosen) {
  const at = folder === undefined ? resolve(root, "../shared/conformance", suite.name) : resolve(folder);
  if (!existsSync(at)) {
    console.log(`${suite.name}: skipped, there is no recorded data at ${at}`);
    continue;
  }
  const cases = suite.cases(at).filter(({ name }) => name.includes(word));
  const before = { passed, notRun };
  const queue = cases.values();
  const worker = async (): Promise<void> => {
    for (const one of queue) await runCase(suite, one);
  };
  await Promise.all(suite.serial ? [worker()] : [worker(), worker()]);
  await suite.close?.();
  const idle = notRun - before.notRun;
  console.log(
    `${suite.name}: ${passed - before.passed} of ${cases.length - idle} pass${idle > 0 ? `, ${idle} not run` : ""}`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = unexpected > 0 ? 1 : 0;
