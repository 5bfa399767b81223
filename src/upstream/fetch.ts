import { KptError } from "../core/error.ts";
import { withoutPassword } from "../host/git.ts";
import type { TreeEntry } from "../host/git-objects.ts";
import { type GitRemote, GitRemotes, type RemoteOptions } from "../host/git-remote.ts";
import { judgePath } from "../host/inside.ts";
import type { GitLock, GitUpstream } from "../package/kptfile.ts";
import { explainingGit } from "./failure.ts";
import { checkUpstream, cleanDirectory } from "./locate.ts";
import { type ResolvedRef, resolveRef } from "./resolve.ts";

export interface UpstreamFile {
  /** Relative to the package, with slashes; certainly inside it. */
  path: string;
  content: Buffer;
  executable: boolean;
}

/** What a repository holds in one directory at one commit. */
export interface UpstreamTree {
  /** As asked for. */
  upstream: GitUpstream;
  /** In its clean spelling, `/` for the root. */
  directory: string;
  ref: ResolvedRef;
  files: UpstreamFile[];
  /** Links and submodules, which are never followed. */
  ignored: { path: string; kind: "symlink" | "submodule" }[];
  /** Whether the commit came over the network and not from the cache. */
  transferred: boolean;
}

/** Bytes of one package; a small repository can stand for a very large tree. */
const maxBytes = 2 ** 30;
const mostAtOnce = 6;

/** Fetches packages for one run of kpt: every repository is asked once, every tree read once. */
export class UpstreamFetcher {
  readonly #remotes: GitRemotes;
  readonly #signal: AbortSignal;
  readonly #closing = new AbortController();
  readonly #trees = new Map<string, Promise<UpstreamTree>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: RemoteOptions) {
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.#remotes = new GitRemotes({ ...options, signal: this.#signal });
  }

  /** Ends what nobody waits for any more; returns when no git of ours is running. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#trees.values());
  }

  /** Name of the repository's default branch. */
  defaultBranch(repo: string): Promise<string> {
    checkUpstream({ repo, ref: "" });
    return explainingGit({ repo }, () => this.#remotes.at(repo).defaultBranch());
  }

  async branches(repo: string): Promise<string[]> {
    checkUpstream({ repo, ref: "" });
    const refs = await explainingGit({ repo }, () => this.#remotes.at(repo).refs());
    return [...refs.heads.keys()];
  }

  /** What the ref stands for now, without fetching files. */
  resolve(upstream: GitUpstream): Promise<ResolvedRef> {
    checkUpstream(upstream);
    return explainingGit(upstream, () =>
      resolveRef(this.#remotes.at(upstream.repo), cleanDirectory(upstream.directory), upstream.ref),
    );
  }

  /** Everything in the directory at that ref. To fetch what is locked, give the commit as the ref. */
  fetch(upstream: GitUpstream): Promise<UpstreamTree> {
    const key = JSON.stringify([upstream.repo, upstream.directory, upstream.ref]);
    const known = this.#trees.get(key);
    if (known) return known;
    const tree = this.#inTurn(() => this.#fetch(upstream));
    this.#trees.set(key, tree);
    return tree;
  }

  /** A package may ask for hundreds of others; a few are fetched at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= mostAtOnce) await new Promise<void>(resolve => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #fetch(upstream: GitUpstream): Promise<UpstreamTree> {
    checkUpstream(upstream);
    const directory = cleanDirectory(upstream.directory);
    const remote = this.#remotes.at(upstream.repo);
    return await explainingGit(upstream, async () => {
      const ref = await resolveRef(remote, directory, upstream.ref);
      const transferred = await remote.fetch(ref, directory);
      const entries = await remote.tree(ref, directory);
      if (entries === undefined) {
        throw new KptError(
          "NOT_FOUND",
          `path "${directory}" does not exist in repo "${withoutPassword(upstream.repo)}"`,
          {
            label: "Error",
          },
        );
      }
      const files = await readFiles(remote, ref, directory, entries, this.#signal);
      return { upstream, directory, ref, files, ignored: ignoredOf(entries), transferred };
    });
  }
}

/** What a Kptfile records of a fetched tree. */
export function lockOf(tree: UpstreamTree): GitLock {
  const { upstream, directory, ref } = tree;
  return { repo: upstream.repo, directory, ref: ref.name, commit: ref.commit };
}

async function readFiles(
  remote: GitRemote,
  ref: ResolvedRef,
  directory: string,
  entries: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<UpstreamFile[]> {
  const contents = new Map<string, Buffer>();
  const files = entries.filter(({ kind }) => kind === "file" || kind === "program");
  for (const entry of entries) judgeEntry(entry.path);
  await remote.blobs(
    ref,
    directory,
    files.map(({ id }) => id),
    (id, content) => contents.set(id, content),
  );
  if (signal.aborted) throw new KptError("ABORTED", "interrupted");
  let total = 0;
  return files.map(({ path, kind, id }) => {
    const content = contents.get(id) ?? Buffer.alloc(0);
    total += content.length;
    if (total > maxBytes) throw invalid(`the package at "${directory}" is larger than 1 GiB`);
    return { path, content, executable: kind === "program" };
  });
}

/** Git refuses such names when it makes commits, so whoever has them made a repository to do harm. */
function judgeEntry(path: string): void {
  if (judgePath(path) !== path)
    throw invalid(`the repository holds the impossible path ${JSON.stringify(path)}`);
}

function ignoredOf(entries: readonly TreeEntry[]): UpstreamTree["ignored"] {
  const ignored: UpstreamTree["ignored"] = [];
  for (const { path, kind } of entries) {
    if (kind === "link") ignored.push({ path, kind: "symlink" });
    else if (kind === "submodule") ignored.push({ path, kind });
  }
  return ignored;
}

function invalid(message: string): KptError {
  return new KptError("UPSTREAM_INVALID", message, { label: "Error" });
}
