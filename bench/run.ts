// npm run bench [-- WORD…]: whole commands, medians of several runs; words choose rows by name.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { measureLive } from "./live.ts";
import { type Cost, measureMany } from "./measure.ts";
import { generatePackage } from "./package-generator.ts";

const root = resolve(import.meta.dirname, "../..");
const binary = join(root, "bin/kpt.cjs");
const reference = process.env["KPT_REFERENCE"];
const words = process.argv.slice(2);

const tmp = realpathSync(mkdtempSync(join(tmpdir(), "kpt-bench-")));
const env: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  HOME: join(tmp, "home"),
  KPT_CACHE_DIR: join(tmp, "cache"),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Bench",
  GIT_AUTHOR_EMAIL: "bench@example.com",
  GIT_COMMITTER_NAME: "Bench",
  GIT_COMMITTER_EMAIL: "bench@example.com",
};
mkdirSync(join(tmp, "home"));

interface Row {
  name: string;
  runs: number;
  /** Arguments of kpt, or a whole command where it isn't kpt that runs. */
  args?: readonly string[];
  command?: readonly string[];
  /** The package that each run gets a fresh copy of, as the working directory's only content. */
  pkg?: string;
  /** Whether a Go kpt can do the same with nothing but its binary. */
  comparable?: boolean;
  /** An earlier row that does the same but for `steps` steps of a pipeline: what each of them costs is shown. */
  without?: { row: string; steps: number };
}

/** A git repository with the package as v1 and, with `changed`, its next version as v2. */
function repository(name: string, applications: number): string {
  const folder = join(tmp, "repos", `${name}.git`);
  mkdirSync(join(folder, "app"), { recursive: true });
  const git = (...args: string[]): void => {
    execFileSync("git", args, { cwd: folder, env, stdio: "pipe" });
  };
  git("init", "-q", "-b", "main");
  for (const version of [1, 2] as const) {
    generatePackage(join(folder, "app"), { applications, version });
    git("add", "-A");
    git("commit", "-q", "-m", `v${version}`);
    git("tag", `v${version}`);
  }
  return folder;
}

/** A package that was fetched at v1, as `pkg get` leaves it. */
function fetched(name: string, repo: string): string {
  const folder = join(tmp, "packages", name);
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [binary, "pkg", "get", `file://${repo}/app@v1`, "app"], {
    cwd: folder,
    env,
    stdio: "pipe",
  });
  return folder;
}

/** A copy of a fetched package whose Kptfile has other steps. */
function withPipeline(name: string, from: string, folder: string, steps: readonly string[]): string {
  const copy = join(tmp, "packages", name);
  cpSync(from, copy, { recursive: true });
  const mutators = steps.length === 0 ? "" : `pipeline:\n  mutators:\n${steps.join("")}`;
  writeFileSync(
    join(copy, folder, "Kptfile"),
    `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: app\n${mutators}`,
  );
  return copy;
}

function step(image: string, config: Readonly<Record<string, string>>): string {
  const data = Object.entries(config).map(([key, value]) => `        ${key}: ${value}\n`);
  return `    - image: ${image}\n      configMap:\n${data.join("")}`;
}

/** The three functions that are measured everywhere, and some that come on top of them one at a time. */
const three = [
  step("set-namespace:v0.4.5", { namespace: "market" }),
  step("set-labels:v0.2.5", { team: "shop" }),
  step("apply-setters:v0.2", { tier: "backend" }),
];
const further: Readonly<Record<string, string>> = {
  "set-annotations": step("set-annotations:v0.1", { owner: "shop" }),
  "set-labels": step("set-labels:v0.2.5", { stage: "test" }),
  "set-image": step("set-image:v0.1", { name: "nginx", newTag: "v9" }),
  "search-replace": step("search-replace:v0.2", { "by-value": "debug", "put-value": "info" }),
  "delete-annotations": step("delete-annotations:v0.1", { annotationKeys: "old" }),
};

const parseYaml = `
const { parseAllDocuments } = require(${JSON.stringify(createRequire(import.meta.url).resolve("yaml"))});
const { readFileSync, readdirSync } = require("node:fs");
for (const name of readdirSync(process.argv[2], { recursive: true })) {
  if (/\\.ya?ml$/.test(name)) for (const document of parseAllDocuments(readFileSync(process.argv[2] + "/" + name, "utf8"))) document.toJS();
}`;

async function measureRow(row: Row): Promise<{ ours: Cost; theirs: Cost | undefined }> {
  let count = 0;
  const prepare = (program: readonly string[]) => () => {
    const cwd = join(tmp, "work", `${row.name.replaceAll(/\W+/g, "-")}-${count++}`);
    if (row.pkg) cpSync(row.pkg, cwd, { recursive: true });
    else mkdirSync(cwd, { recursive: true });
    return { command: row.command ?? [...program, ...(row.args ?? [])], cwd, env };
  };
  const ours = await measureMany(row.runs, prepare([process.execPath, binary]));
  const theirs = reference && row.comparable ? await measureMany(row.runs, prepare([reference])) : undefined;
  rmSync(join(tmp, "work"), { recursive: true, force: true });
  return { ours, theirs };
}

const measured = new Map<string, Cost>();

function show(row: Row, { ours, theirs }: { ours: Cost; theirs: Cost | undefined }): void {
  measured.set(row.name, ours);
  const cells = [
    row.name.padEnd(44),
    `${ours.wallMs.toFixed(0)} ms`.padStart(9),
    `${ours.cpuMs.toFixed(0)} ms`.padStart(9),
    `${ours.peakMiB.toFixed(0)} MiB`.padStart(9),
  ];
  if (theirs) {
    cells.push(
      `   reference: ${theirs.wallMs.toFixed(0)} ms, ${theirs.cpuMs.toFixed(0)} ms, ${theirs.peakMiB.toFixed(0)} MiB;` +
        ` ratio of wall ${(ours.wallMs / theirs.wallMs).toFixed(2)}, CPU ${(ours.cpuMs / theirs.cpuMs).toFixed(2)}`,
    );
  }
  const base = row.without && measured.get(row.without.row);
  if (row.without && base) {
    const each = (cost: "wallMs" | "cpuMs") => ((ours[cost] - base[cost]) / row.without!.steps).toFixed(1);
    cells.push(`   each step: ${each("wallMs")} ms, CPU ${each("cpuMs")} ms`);
  }
  if (ours.exitCode !== 0) cells.push(`   exit code ${ours.exitCode}`);
  console.log(cells.join(""));
}

async function live(): Promise<void> {
  await measureLive({
    tools: [
      { name: "", command: [process.execPath, binary] },
      ...(reference ? [{ name: ", reference", command: [reference] }] : []),
    ],
    folder: join(tmp, "live"),
    env,
    print: (name, cost) => show({ name, runs: 1 }, { ours: cost, theirs: undefined }),
  });
}

async function local(): Promise<void> {
  const small = repository("small", 50);
  const large = repository("large", 1000);
  const [smallApp, largeApp] = [fetched("small", small), fetched("large", large)];
  const wordpress = join(tmp, "packages/wordpress");
  mkdirSync(wordpress, { recursive: true });
  cpSync(join(root, "examples/wordpress"), join(wordpress, "wordpress"), { recursive: true });
  writeFileSync(join(tmp, "parse.cjs"), parseYaml);

  const renderThree = "fn render, 4,000 objects, three functions";
  const renderNone = "fn render, no functions";
  const rows: Row[] = [
    { name: "yardstick: node -e 0", runs: 15, command: [process.execPath, "-e", "0"] },
    { name: "version", runs: 15, args: ["version"], comparable: true },
    { name: "--help", runs: 9, args: ["--help"], comparable: true },
    {
      name: "pkg tree, wordpress",
      runs: 15,
      args: ["pkg", "tree", "wordpress"],
      pkg: wordpress,
      comparable: true,
    },
    { name: "fn render, wordpress", runs: 9, args: ["fn", "render", "wordpress"], pkg: wordpress },
    {
      name: "try, wordpress",
      runs: 5,
      args: ["try", "wordpress", "--load", join(root, "examples/mysql-pass.yaml")],
      pkg: wordpress,
    },
    {
      name: "yardstick: yaml parses 4,000 objects",
      runs: 3,
      command: [process.execPath, join(tmp, "parse.cjs"), join(largeApp, "app")],
    },
    {
      name: "pkg tree, 4,000 objects",
      runs: 3,
      args: ["pkg", "tree", "app"],
      pkg: largeApp,
      comparable: true,
    },
    {
      name: "pkg get, 4,000 objects",
      runs: 3,
      args: ["pkg", "get", `file://${large}/app@v1`, "app"],
      comparable: true,
    },
    {
      name: "pkg update, 200 objects",
      runs: 3,
      args: ["pkg", "update", "app@v2"],
      pkg: smallApp,
      comparable: true,
    },
    { name: "pkg update, 4,000 objects", runs: 1, args: ["pkg", "update", "app@v2"], pkg: largeApp },
    {
      name: renderThree,
      runs: 5,
      args: ["fn", "render", "app"],
      pkg: largeApp,
    },
    ...Object.entries(further).map(([name, extra]) => ({
      name: `fn render, 4,000 objects, and ${name}`,
      runs: 5,
      args: ["fn", "render", "app"],
      pkg: withPipeline(`and-${name}`, largeApp, "app", [...three, extra]),
      without: { row: renderThree, steps: 1 },
    })),
    {
      name: renderNone,
      runs: 9,
      args: ["fn", "render", "wordpress"],
      pkg: withPipeline("none", wordpress, "wordpress", []),
    },
    {
      name: "fn render, ten exec functions",
      runs: 9,
      args: ["fn", "render", "wordpress", "--allow-exec"],
      pkg: withPipeline("exec", wordpress, "wordpress", Array(10).fill("    - exec: cat\n")),
      without: { row: renderNone, steps: 10 },
    },
  ];
  for (const row of rows) {
    if (words.length > 0 && !words.some(word => row.name.includes(word))) continue;
    show(row, await measureRow(row));
  }
}

try {
  console.log(`${"".padEnd(44)}${"wall".padStart(9)}${"CPU".padStart(9)}${"peak".padStart(9)}`);
  if (words.length === 0 || words.some(word => !word.startsWith("live"))) await local();
  if (words.length === 0 || words.some(word => word.startsWith("live"))) await live();
} finally {
  rmSync(tmp, { recursive: true, force: true });
}
