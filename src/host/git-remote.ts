import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { KptError } from "../core/error.ts";
import {
  cacheRoot,
  clearUnused,
  dropRepository,
  ensureRepository,
  makeCache,
  repositoryFolder,
  touchRepository,
} from "./cache.ts";
import { GitFailure, git, tryGit } from "./git.ts";
import { listTree, readBlobs, type TreeEntry } from "./git-objects.ts";
import { withLock } from "./lock.ts";
import type { ProgramResult } from "./run.ts";

export interface RemoteOptions {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal: AbortSignal;
  /** Told what git reports while it transfers, a line at a time. */
  onProgress?: (line: string) => void;
}

/** What a remote repository offers: names without `refs/heads/` and `refs/tags/`. */
export interface RemoteRefs {
  heads: ReadonlyMap<string, RemoteRef>;
  tags: ReadonlyMap<string, RemoteRef>;
}

export interface RemoteRef {
  /** The object the ref names: for an annotated tag the tag itself. */
  id: string;
  commit: string;
}

const commitId = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Remote repositories of one run of kpt: each is asked for its refs once. */
export class GitRemotes {
  readonly #options: RemoteOptions;
  readonly #remotes = new Map<string, GitRemote>();

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  at(address: string): GitRemote {
    const known = this.#remotes.get(address);
    if (known) return known;
    const remote = new GitRemote(address, this.#options);
    this.#remotes.set(address, remote);
    return remote;
  }
}

/** One remote repository and its bare copy in the cache, which holds only what has been asked for. */
export class GitRemote {
  readonly address: string;
  readonly #options: RemoteOptions;
  readonly #root: string;
  #refs: Promise<RemoteRefs> | undefined;
  #defaultBranch: Promise<string> | undefined;

  constructor(address: string, options: RemoteOptions) {
    this.address = address;
    this.#options = options;
    this.#root = cacheRoot(options.env, options.cwd);
  }

  refs(): Promise<RemoteRefs> {
    this.#refs ??= this.#ask(["ls-remote", "--heads", "--tags", "origin"]).then(parseRefs);
    return this.#refs;
  }

  /** Name of the branch that `HEAD` of the remote stands for; undefined for an empty repository. */
  defaultBranch(): Promise<string> {
    this.#defaultBranch ??= this.#ask(["ls-remote", "--symref", "origin", "HEAD"]).then(text => {
      const name = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(text)?.[1];
      if (name === undefined) {
        throw new KptError("GIT_REF_UNKNOWN", `repo "${this.address}" has no default branch`, {
          label: "Error",
          hint: "name a branch, tag or commit: REPO.git/DIR@REF",
        });
      }
      return name;
    });
    return this.#defaultBranch;
  }

  /** The object of a full name such as `refs/pull/1/head`. */
  async otherRef(name: string): Promise<RemoteRef | undefined> {
    const text = await this.#ask(["ls-remote", "origin", name]);
    const line = text.split("\n").find(each => each.endsWith(`\t${name}`));
    const id = line?.split("\t")[0];
    return id !== undefined && commitId.test(id) ? { id, commit: id } : undefined;
  }

  has(commit: string): boolean {
    return existsSync(join(this.#folder(commit), "refs", "kpt", commit));
  }

  /**
   * Makes sure that commit and trees of a ref are in the cache. The files follow when they are read, unless all of
   * them are wanted anyway. Returns whether the network was needed.
   */
  async fetch(ref: RemoteRef, directory: string): Promise<boolean> {
    if (this.has(ref.commit)) return false;
    return await this.#locked(ref.commit, async folder => {
      if (this.has(ref.commit)) return false;
      clearUnused(this.#root, Date.now());
      await this.#fetchInto(
        folder,
        ["--depth=1", directory === "/" ? "--no-filter" : "--filter=blob:none"],
        [`+${ref.id}:refs/kpt/${ref.commit}`],
      );
      return true;
    });
  }

  /**
   * Finds a commit by its id or the beginning of it among all branches and tags, for servers that
   * don't give out single commits. Undefined when there is none or more than one.
   */
  async search(id: string): Promise<string | undefined> {
    const idLength = (await this.refs()).heads.values().next().value?.id.length ?? 40;
    const folder = repositoryFolder(this.#root, this.address, idLength);
    return await this.#locked("0".repeat(idLength), async () => {
      const depth = existsSync(join(folder, "shallow")) ? ["--unshallow"] : [];
      await this.#fetchInto(
        folder,
        [...depth, "--filter=blob:none"],
        ["+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*"],
      );
      const call = this.#call(
        ["rev-parse", "--verify", "--quiet", "--end-of-options", `${id}^{commit}`],
        folder,
      );
      const found = (await tryGit(call)).stdout.toString().trim();
      if (!commitId.test(found)) return undefined;
      await git(this.#call(["update-ref", `refs/kpt/${found}`, found], folder));
      return found;
    });
  }

  /** Entries below a directory of a commit that was fetched; undefined when there is no such directory. */
  async tree(ref: RemoteRef, directory: string): Promise<TreeEntry[] | undefined> {
    const path = directory.replace(/^\/+/, "");
    const call = this.#call([], this.#folder(ref.commit));
    touchRepository(this.#folder(ref.commit));
    const list = async (): Promise<TreeEntry[] | undefined> => {
      try {
        return await listTree(call, `${ref.commit}:${path}`);
      } catch (error) {
        if (!(error instanceof GitFailure) || path === "") throw error;
        // Nothing there, or a damaged cache? The entry itself tells without being read.
        const entry = await tryGit({
          ...call,
          args: ["ls-tree", "-z", "--full-tree", ref.commit, "--", path],
        });
        if (entry.exitCode !== 0 || entry.stdout.toString("latin1").startsWith("040000 tree")) throw error;
        return undefined;
      }
    };
    return await this.#repairing(ref, directory, list);
  }

  /** Reads files of a fetched commit, fetching first what is missing, all of it at once. */
  async blobs(
    ref: RemoteRef,
    directory: string,
    ids: readonly string[],
    take: (id: string, content: Buffer) => void,
  ): Promise<void> {
    const read = async (): Promise<void> => {
      await this.#fetchMissing(ref.commit, directory);
      await readBlobs(this.#call([], this.#folder(ref.commit)), ids, take);
    };
    await this.#repairing(ref, directory, read);
  }

  async #fetchMissing(commit: string, directory: string): Promise<void> {
    const folder = this.#folder(commit);
    if (!/^\s*promisor\s*=\s*true/m.test(readFileSync(join(folder, "config"), "utf8"))) return;
    const treeish = `${commit}:${directory.replace(/^\/+/, "")}`;
    const missingNow = async (): Promise<string[]> => {
      const args = ["rev-list", "--objects", "--missing=print", treeish, "--"];
      const { stdout } = await git(this.#call(args, folder));
      return stdout
        .toString("latin1")
        .split("\n")
        .filter(line => line.startsWith("?"))
        .map(line => line.slice(1));
    };
    if ((await missingNow()).length === 0) return;
    await this.#locked(commit, async () => {
      const missing = await missingNow();
      if (missing.length === 0) return;
      // Without this setting the server would leave out files of commits we have said to have.
      const args = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--no-tags", "--no-write-fetch-head"];
      args.push("--recurse-submodules=no", "--filter=blob:none", "--stdin", "origin");
      await this.#transfer({ ...this.#call(args, folder), stdin: missing.join("\n") + "\n" });
    });
  }

  async #fetchInto(folder: string, options: string[], refspecs: string[]): Promise<void> {
    const fetch = (given: readonly string[]): Promise<ProgramResult> => {
      const args = ["fetch", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", ...given];
      return this.#transfer(this.#call([...args, "origin", ...refspecs], folder));
    };
    try {
      await fetch(options);
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      if (/Unable to create '.*\.lock': File exists/.test(error.output)) {
        removeDeadLocks(folder);
        await fetch(options);
      } else if (/dumb http transport/.test(error.output)) {
        await fetch([]);
      } else if (damaged.test(error.output)) {
        dropRepository(folder);
        ensureRepository(folder, folder.endsWith("-sha256.git") ? 64 : 40);
        await fetch(options.filter(option => option !== "--unshallow"));
      } else {
        throw error;
      }
    }
  }

  #transfer(call: Parameters<typeof git>[0]): Promise<ProgramResult> {
    const { onProgress } = this.#options;
    if (!onProgress) return git(call);
    const at = call.args.indexOf("fetch") + 1;
    const args = [...call.args.slice(0, at), "--progress", ...call.args.slice(at)];
    let rest = "";
    const onStderr = (chunk: Buffer): void => {
      const lines = (rest + chunk.toString("latin1")).split(/[\r\n]/);
      rest = lines.pop() ?? "";
      for (const line of lines) if (/\d%|objects/.test(line)) onProgress(line);
    };
    return git({ ...call, args, onStderr });
  }

  /** Does the work once more with a fresh copy if the cached one turns out to be damaged. */
  async #repairing<T>(ref: RemoteRef, directory: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GitFailure) || !damaged.test(error.output)) throw error;
      await this.#locked(ref.commit, async folder => dropRepository(folder));
      await this.fetch(ref, directory);
      return await work();
    }
  }

  async #ask(args: readonly string[]): Promise<string> {
    makeCache(this.#root);
    const { stdout } = await git(this.#call(args, undefined));
    return stdout.toString("utf8");
  }

  #locked<T>(commit: string, work: (folder: string) => Promise<T>): Promise<T> {
    const folder = this.#folder(commit);
    const { signal } = this.#options;
    makeCache(this.#root);
    return withLock(
      `${folder}.lock`,
      () => {
        ensureRepository(folder, commit.length);
        return work(folder);
      },
      { signal },
    );
  }

  #folder(commit: string): string {
    return repositoryFolder(this.#root, this.address, commit.length);
  }

  #call(args: readonly string[], gitDir: string | undefined): Parameters<typeof git>[0] {
    const { env, signal } = this.#options;
    return { args, cwd: this.#root, env, signal, address: this.address, ...(gitDir ? { gitDir } : {}) };
  }
}

/** What git says when objects that should be there are not, or not whole. */
const damaged =
  /bad object|bad config|bad tree object|missing (blob|tree|commit)|unable to read|corrupt|inflate|not a git repository|Not a valid object name|did not send all necessary objects|could not (read|fetch)|bad revision|garbage at end|pack .* (truncated|bad|index)/i;

/** Lock files that a killed git left in a repository nobody else is working on: we hold our own lock. */
function removeDeadLocks(folder: string): void {
  for (const name of ["shallow.lock", "config.lock", "packed-refs.lock"]) {
    const file = join(folder, name);
    const status = statSync(file, { throwIfNoEntry: false });
    if (status && Date.now() - status.mtimeMs > 5000) rmSync(file, { force: true });
  }
}

function parseRefs(text: string): RemoteRefs {
  const heads = new Map<string, RemoteRef>();
  const tags = new Map<string, RemoteRef>();
  const peeled = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [id, name] = line.split("\t");
    if (id === undefined || name === undefined || !commitId.test(id)) continue;
    if (name.endsWith("^{}")) peeled.set(name.slice(0, -3), id);
    else if (name.startsWith("refs/heads/")) heads.set(name.slice(11), { id, commit: id });
    else if (name.startsWith("refs/tags/")) tags.set(name.slice(10), { id, commit: id });
  }
  for (const [name, commit] of peeled) {
    const tag = tags.get(name.slice(10));
    if (tag) tag.commit = commit;
  }
  return { heads, tags };
}
