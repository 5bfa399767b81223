import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { differences, foldersWith, kpt, readYaml, type Suite } from "./suite.ts";

interface Publication {
  repo: string;
  state: string;
  branch?: string;
  tags?: string[];
  annotated_tags?: string[];
  default?: string;
}

interface Edit {
  copy?: string;
  delete?: string[];
  move?: { from: string; to: string }[];
  mkdir?: string[];
  symlink?: { path: string; target: string }[];
  replace?: { path: string; old: string; new: string }[];
  append?: { path: string; text: string }[];
  git_init?: string[];
}

interface Step {
  run?: string[];
  cwd?: string;
  env?: Record<string, string>;
  ignore?: string[];
  edit?: Edit;
  publish?: Publication;
}

interface Scenario {
  publish?: Publication[];
  steps: Step[];
}

type Content = string | { hex: string } | { symlink: string } | { emptydir: true };

interface Recorded {
  exit: number | string;
  stdout: string;
  stderr: string;
  files: Record<string, Content>;
  removed: string[];
}

/** Lines that git prints while it fetches; they differ between git versions and ways to fetch. */
const gitNoise = [
  /^From \S+\s*$/,
  /^ [*=+!t-] .* -> .*$/,
  /^ {2,}[0-9a-f]{4,40}\.\.\.?[0-9a-f]{4,40} +.* -> .*$/,
  /^remote: /,
  /^hint: /,
  /^warning: redirecting /,
];

function comparable(text: string): string {
  const kept: string[] = [];
  for (const line of text.split("\n").map(each => each.trimEnd().replace(/\b(https?):\/+/g, "$1://"))) {
    if (line === "Details:") break;
    if (!gitNoise.some(pattern => pattern.test(line))) kept.push(line);
  }
  return kept.join("\n").replace(/\n+$/, "");
}

function decodeName(name: string): string {
  return name.startsWith("dot-") ? `.${name.slice(4)}` : name;
}

function copyState(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory()) {
      copyState(source, join(to, decodeName(entry.name)));
    } else if (entry.name.endsWith(".symlink")) {
      symlinkSync(
        readFileSync(source, "utf8").trim(),
        join(to, decodeName(entry.name.slice(0, -".symlink".length))),
      );
    } else {
      const target = join(to, decodeName(entry.name));
      rmSync(target, { force: true });
      copyFileSync(source, target);
    }
  }
}

class Workplace {
  readonly tmp = realpathSync(mkdtempSync(join(tmpdir(), "kpt-conformance-")));
  readonly work = join(this.tmp, "work");
  readonly #commits = new Map<string, string>();
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;
  #clock = 1_700_000_000;

  constructor(folder: string) {
    this.#folder = folder;
    for (const name of ["home", "tmp", "repos", "src", "work"]) mkdirSync(join(this.tmp, name));
    writeFileSync(
      join(this.tmp, "home/.gitconfig"),
      [
        "[user]\n\tname = Replay\n\temail = replay@example.com",
        "[init]\n\tdefaultBranch = main",
        '[protocol "file"]\n\tallow = always',
        "[advice]\n\tdetachedHead = false",
        "[core]\n\tautocrlf = false",
        `[url "file://${this.tmp}/repos/"]`,
        "\tinsteadOf = https://github.com/acme/",
        "\tinsteadOf = https://git.example.com/acme/",
        "\tinsteadOf = git@git.example.com:acme/\n",
      ].join("\n"),
    );
    this.#env = {
      PATH: process.env["PATH"],
      HOME: join(this.tmp, "home"),
      TMPDIR: join(this.tmp, "tmp"),
      LC_ALL: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      KPT_NO_PAGER_HELP: "1",
      TZ: "UTC",
    };
  }

  close(): void {
    rmSync(this.tmp, { recursive: true, force: true });
  }

  #git(cwd: string, ...args: string[]): string {
    this.#clock += 60;
    const date = `${this.#clock} +0000`;
    const env = { ...this.#env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    return execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: "pipe" }).trim();
  }

  publish({
    repo,
    state,
    branch = "main",
    tags = [],
    annotated_tags = [],
    default: head,
  }: Publication): void {
    const bare = join(this.tmp, "repos", `${repo}.git`);
    const src = join(this.tmp, "src", repo);
    if (!existsSync(bare)) {
      this.#git(this.tmp, "init", "-q", "--bare", bare);
      this.#git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
      this.#git(this.tmp, "init", "-q", src);
      this.#git(src, "remote", "add", "origin", bare);
      this.#git(src, "checkout", "-q", "-b", branch);
    } else if (this.#git(src, "rev-parse", "--abbrev-ref", "HEAD") !== branch) {
      const exists = this.#git(src, "branch", "--list", branch) !== "";
      this.#git(src, "checkout", "-q", ...(exists ? [] : ["-b"]), branch);
    }
    for (const name of readdirSync(src)) {
      if (name !== ".git") rmSync(join(src, name), { recursive: true });
    }
    copyState(join(this.#folder, "upstream", repo, state), src);
    this.#git(src, "add", "-A", "-f");
    this.#git(src, "commit", "-q", "--allow-empty", "-m", state);
    for (const tag of tags) this.#git(src, "tag", "-f", tag);
    for (const tag of annotated_tags) this.#git(src, "tag", "-f", "-a", "-m", tag, tag);
    this.#git(src, "push", "-q", "-f", "--tags", "origin", branch);
    if (head) this.#git(bare, "symbolic-ref", "HEAD", `refs/heads/${head}`);
    let key = `${repo}:${state}`;
    for (let count = 2; this.#commits.has(key); count++) key = `${repo}:${state}#${count}`;
    this.#commits.set(key, this.#git(src, "rev-parse", "HEAD"));
  }

  #expand(text: string): string {
    let result = text.replaceAll("${TMP}", this.tmp);
    for (const [key, commit] of this.#commits) {
      result = result
        .replaceAll(`\${COMMIT:${key}}`, commit)
        .replaceAll(`\${SHORT:${key}}`, commit.slice(0, 7));
    }
    return result;
  }

  #normal(text: string): string {
    let result = text.replaceAll(this.tmp, "${TMP}");
    for (const [key, commit] of this.#commits) result = result.replaceAll(commit, `\${COMMIT:${key}}`);
    for (const [key, commit] of this.#commits) {
      result = result.replace(
        new RegExp(`\\b${commit.slice(0, 7)}[0-9a-f]*\\b`, "g"),
        () => `\${SHORT:${key}}`,
      );
    }
    return result
      .replace(
        /\$\{TMP\}\/tmp\/kpt-([A-Za-z]+-)?\d+/g,
        (_, word: string | undefined) => `\${TMP}/tmp/kpt-${word ?? ""}\${RAND}`,
      )
      .replace(/\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, () => "\t${TIME}");
  }

  edit(edit: Edit): void {
    const at = (path: string): string => join(this.work, path);
    if (edit.copy) copyState(join(this.#folder, "local", edit.copy), this.work);
    for (const path of edit.delete ?? []) rmSync(at(path), { recursive: true });
    for (const { from, to } of edit.move ?? []) {
      mkdirSync(dirname(at(to)), { recursive: true });
      renameSync(at(from), at(to));
    }
    for (const path of edit.mkdir ?? []) mkdirSync(at(path), { recursive: true });
    for (const { path, target } of edit.symlink ?? []) symlinkSync(this.#expand(target), at(path));
    for (const { path, old, new: replacement } of edit.replace ?? []) {
      const text = readFileSync(at(path), "utf8");
      if (!text.includes(old))
        throw new Error(`edit does not apply: ${JSON.stringify(old)} is not in ${path}`);
      writeFileSync(
        at(path),
        text.replaceAll(old, () => replacement),
      );
    }
    for (const { path, text } of edit.append ?? []) appendFileSync(at(path), text);
    for (const path of edit.git_init ?? []) this.#git(at(path), "init", "-q");
  }

  #snapshot(): Map<string, Content> {
    const found = new Map<string, Content>();
    const walk = (folder: string): void => {
      const entries = readdirSync(folder).filter(
        name => !(name === ".git" && lstatSync(join(folder, name)).isDirectory()),
      );
      const path = relative(this.work, folder);
      if (entries.length === 0 && path !== "") found.set(`${path}/`, { emptydir: true });
      for (const name of entries.sort()) {
        const full = join(folder, name);
        const key = relative(this.work, full);
        const stat = lstatSync(full);
        if (stat.isSymbolicLink()) found.set(key, { symlink: this.#normal(readlinkSync(full)) });
        else if (stat.isDirectory()) walk(full);
        else {
          const bytes = readFileSync(full);
          const text = bytes.toString("utf8");
          found.set(
            key,
            Buffer.from(text).equals(bytes) ? this.#normal(text) : { hex: bytes.toString("hex") },
          );
        }
      }
    };
    walk(this.work);
    return found;
  }

  async kpt(step: Step): Promise<Recorded> {
    const env = { ...this.#env };
    for (const [key, value] of Object.entries(step.env ?? {})) env[key] = this.#expand(value);
    const before = this.#snapshot();
    const ended = await kpt(
      (step.run ?? []).map(arg => this.#expand(arg)),
      { cwd: join(this.work, step.cwd ?? "."), env, seconds: 120 },
    );
    const after = this.#snapshot();
    return {
      exit: ended.exit,
      stdout: this.#normal(ended.stdout),
      stderr: this.#normal(ended.stderr),
      files: Object.fromEntries(
        [...after].filter(([path, content]) => !isDeepStrictEqual(before.get(path), content)),
      ),
      removed: [...before.keys()].filter(path => !after.has(path)).sort(),
    };
  }
}

function compare(want: Recorded, got: Recorded, ignore: readonly string[]): string[] {
  const problems: string[] = [];
  if (want.exit !== got.exit) problems.push(`exit: expected ${want.exit}, got ${got.exit}`);
  problems.push(...differences("stdout", want.stdout, got.stdout));
  problems.push(...differences("stderr", comparable(want.stderr), comparable(got.stderr)));
  if (ignore.includes("files")) return problems;
  for (const path of new Set([...Object.keys(want.files), ...Object.keys(got.files)])) {
    const expected = want.files[path];
    const actual = got.files[path];
    if (isDeepStrictEqual(expected, actual)) continue;
    if (expected === undefined) problems.push(`changed or created, and should not be: ${path}`);
    else if (actual === undefined) problems.push(`not changed or created: ${path}`);
    else if (typeof expected === "string" && typeof actual === "string") {
      problems.push(...differences(path, expected, actual));
    } else problems.push(`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }
  if (!isDeepStrictEqual(want.removed, got.removed)) {
    problems.push(`removed: expected ${want.removed.join(" ")}, got ${got.removed.join(" ")}`);
  }
  return problems;
}

async function runScenario(folder: string): Promise<string[]> {
  const scenario = readYaml<Scenario>(join(folder, "scenario.yaml"));
  const place = new Workplace(folder);
  const problems: string[] = [];
  try {
    for (const publication of scenario.publish ?? []) place.publish(publication);
    let count = 0;
    for (const step of scenario.steps) {
      if (step.publish) place.publish(step.publish);
      else if (step.edit) place.edit(step.edit);
      else {
        count++;
        const want = readYaml<Recorded>(join(folder, "expected", `${String(count).padStart(2, "0")}.yaml`));
        const got = await place.kpt(step);
        problems.push(...compare(want, got, step.ignore ?? []).map(line => `step ${count}: ${line}`));
      }
    }
  } finally {
    place.close();
  }
  return problems;
}

/** Recorded `kpt pkg` scenarios over git repositories made from folders. */
export const pkg: Suite = {
  name: "pkg",
  cases: folder =>
    foldersWith(folder, "scenario.yaml").map(name => ({ name, run: () => runScenario(join(folder, name)) })),
};
