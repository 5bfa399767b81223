import { KptError } from "../core/error.ts";
import { GitFailure, withoutPassword } from "../host/git.ts";
import type { GitRemote, RemoteRef } from "../host/git-remote.ts";
import { bestTag, looksLikeRange } from "./version-range.ts";

export interface ResolvedRef extends RemoteRef {
  /** What `upstreamLock.git.ref` says: the package's own tag where there is one, else the ref as it was given. */
  name: string;
  kind: "tag" | "branch" | "commit";
}

/**
 * Finds what a ref means for the package in `directory`. For `a/b` and `v1` the first tag among `a/b/v1`,
 * `a/v1` and `v1` counts; then branches, full ref names, commits, and last ranges of versions such as `^1.2`.
 */
export async function resolveRef(remote: GitRemote, directory: string, ref: string): Promise<ResolvedRef> {
  // A commit in the cache needs no network.
  if (isFullId(ref) && remote.has(ref)) return { id: ref, commit: ref, name: ref, kind: "commit" };
  const { heads, tags } = await remote.refs();
  for (const name of tagNames(directory, ref)) {
    const tag = tags.get(name);
    if (tag) return { ...tag, name, kind: "tag" };
  }
  const branch = heads.get(ref) ?? heads.get(after("refs/heads/", ref));
  if (branch) return { ...branch, name: ref, kind: "branch" };
  const tag = tags.get(after("refs/tags/", ref));
  if (tag) return { ...tag, name: ref, kind: "tag" };
  if (ref === "HEAD") {
    const head = heads.get(await remote.defaultBranch());
    if (head) return { ...head, name: ref, kind: "branch" };
  }
  if (ref.startsWith("refs/")) {
    const other = await remote.otherRef(ref);
    if (other) return { ...other, name: ref, kind: "branch" };
  }
  if (/^[0-9a-f]{4,64}$/.test(ref)) {
    const found = await findCommit(remote, directory, ref);
    if (found) return { ...found, name: ref, kind: "commit" };
  }
  if (looksLikeRange(ref)) {
    const name = await bestTag(tags.keys(), tagPrefixes(directory), ref);
    const best = name === undefined ? undefined : tags.get(name);
    if (name !== undefined && best) return { ...best, name, kind: "tag" };
  }
  throw unknownRef(remote.address, ref, [...tags.keys(), ...heads.keys()]);
}

function tagNames(directory: string, ref: string): string[] {
  return tagPrefixes(directory).map(prefix => prefix + ref);
}

/** For `/a/b`: `a/b/`, `a/` and nothing. */
function tagPrefixes(directory: string): string[] {
  const parts = directory.split("/").filter(part => part !== "");
  return parts.map((_, index) => `${parts.slice(0, parts.length - index).join("/")}/`).concat("");
}

function after(prefix: string, text: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : "";
}

function isFullId(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Asks for the commit itself first; not every server gives out what no branch or tag points at. */
async function findCommit(remote: GitRemote, directory: string, id: string): Promise<RemoteRef | undefined> {
  if (isFullId(id)) {
    try {
      await remote.fetch({ id, commit: id }, directory);
      return { id, commit: id };
    } catch (error) {
      if (
        !(error instanceof GitFailure) ||
        !/not our ref|unadvertised object|no such remote ref/i.test(error.output)
      ) {
        throw error;
      }
    }
  }
  const commit = await remote.search(id);
  return commit === undefined ? undefined : { id: commit, commit };
}

function unknownRef(repo: string, ref: string, names: readonly string[]): KptError {
  const word = ref.toLowerCase();
  const similar = names.filter(name => similarNames(name.toLowerCase(), word)).slice(0, 10);
  const details =
    similar.length > 0
      ? `similar names: ${similar.join(", ")}`
      : "no branch, tag or commit of the repository has this name";
  return new KptError(
    "GIT_REF_UNKNOWN",
    `Unknown ref ${quoted(ref)}. Please verify that the reference exists in upstream repo ${quoted(withoutPassword(repo))}.` +
      `\n\nDetails:\n${details}`,
    { label: "Error" },
  );
}

function similarNames(name: string, word: string): boolean {
  return name.includes(word) || (word.length > 2 && word.includes(name));
}

function quoted(text: string): string {
  return `"${text}"`;
}
