import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RemoteOptions } from "../../src/host/git-remote.ts";
import { UpstreamFetcher } from "../../src/upstream/fetch.ts";

/** A folder with a home, a cache, a working directory and git repositories, gone after the test. */
export class World {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "kpt-world-")));
  readonly work = join(this.root, "work");
  readonly env: Record<string, string | undefined>;

  constructor() {
    for (const name of ["work", "home", "tmp"]) mkdirSync(join(this.root, name));
    this.env = {
      PATH: process.env["PATH"],
      HOME: join(this.root, "home"),
      TMPDIR: join(this.root, "tmp"),
      GIT_CONFIG_NOSYSTEM: "1",
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  repository(name: string): Repository {
    return new Repository(this, join(this.root, "repos", name));
  }

  fetcher(more: Partial<RemoteOptions> = {}): UpstreamFetcher {
    const signal = new AbortController().signal;
    return new UpstreamFetcher({ env: this.env, cwd: this.work, signal, ...more });
  }

  git(cwd: string, args: readonly string[], input = ""): string {
    const env = {
      ...this.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.com",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.com",
    };
    return execFileSync("git", args, { cwd, env, input, stdio: ["pipe", "pipe", "pipe"] })
      .toString()
      .trim();
  }
}

/** A bare repository; commits are written object by object, so that they may hold what git itself refuses. */
export class Repository {
  readonly #world: World;
  readonly folder: string;

  constructor(world: World, folder: string) {
    this.#world = world;
    this.folder = folder;
    mkdirSync(dirname(folder), { recursive: true });
    world.git(world.root, ["init", "-q", "--bare", "-b", "main", folder]);
    this.git(["config", "uploadpack.allowFilter", "true"]);
  }

  get address(): string {
    return `file://${this.folder}`;
  }

  git(args: readonly string[], input = ""): string {
    return this.#world.git(this.folder, args, input);
  }

  /** Makes a commit of these files (and links: `->target`, programs: `#!…`) and points the branch at it. */
  commit(files: Readonly<Record<string, string | Buffer>>, branch = "main"): string {
    const tree = this.tree(files);
    const commit = this.git(["commit-tree", tree, "-m", "state"]);
    this.git(["update-ref", `refs/heads/${branch}`, commit]);
    return commit;
  }

  tree(files: Readonly<Record<string, string | Buffer>>): string {
    const names = new Map<string, Record<string, string | Buffer>>();
    const entries: TreeLine[] = [];
    for (const [path, content] of Object.entries(files)) {
      const slash = path.indexOf("/");
      if (slash < 0) {
        entries.push({ mode: modeOf(content), name: path, id: this.blob(content) });
      } else {
        const below = names.get(path.slice(0, slash)) ?? {};
        below[path.slice(slash + 1)] = content;
        names.set(path.slice(0, slash), below);
      }
    }
    for (const [name, below] of names) entries.push({ mode: "40000", name, id: this.tree(below) });
    return this.rawTree(entries);
  }

  /** Writes a tree object without any check of its names. */
  rawTree(entries: readonly TreeLine[]): string {
    const key = ({ mode, name }: TreeLine): string => (mode === "40000" ? `${name}/` : name);
    const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const bytes = Buffer.concat(
      sorted.map(({ mode, name, id }) =>
        Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
      ),
    );
    const file = join(this.folder, "raw-tree");
    writeFileSync(file, bytes);
    return this.git(["hash-object", "-w", "--literally", "-t", "tree", file]);
  }

  blob(content: string | Buffer): string {
    const file = join(this.folder, "raw-blob");
    const isLink = typeof content === "string" && content.startsWith("->");
    writeFileSync(file, isLink ? content.slice(2) : content);
    return this.git(["hash-object", "-w", "--no-filters", file]);
  }
}

export interface TreeLine {
  mode: string;
  name: string;
  id: string;
}

function modeOf(content: string | Buffer): string {
  const text = content.toString();
  return text.startsWith("->") ? "120000" : text.startsWith("#!") ? "100755" : "100644";
}
