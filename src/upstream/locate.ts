import { isAbsolute, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { cleanPath } from "../host/inside.ts";

/** Where a package is: repository, directory below its root (`/` is the root), version if one was named. */
export interface PackageAddress {
  repo: string;
  directory: string;
  ref: string | undefined;
  /** From GitHub's `/tree/`: the ref and the directory can't be told apart without a list of branches. */
  guessed?: boolean;
}

export interface LocateOptions {
  /** Relative paths of repositories are relative to it. */
  cwd: string;
  /** Whether a folder of this machine is a git repository. */
  isRepository: (path: string) => boolean;
}

/** Takes a package address apart: every form of `REPO_URI[.git]/PKG_PATH[@VERSION]` that people use. */
export function locatePackage(text: string, options: LocateOptions): PackageAddress {
  const address =
    atGitSuffix(text) ??
    atGitHub(text) ??
    atHosting(text) ??
    atGitSuffixWithRef(text) ??
    onDisk(text, options);
  if (address === undefined || address.repo === "") throw ambiguous();
  const repo = isPath(address.repo) ? resolve(options.cwd, address.repo) : address.repo;
  return { ...address, repo: repo, directory: cleanDirectory(address.directory) };
}

/** `REPO.git/DIR@REF` and `REPO.git`: whatever comes before the first `.git` is the repository. */
function atGitSuffix(text: string): PackageAddress | undefined {
  const inside = text.indexOf(".git/");
  const at = inside >= 0 ? inside : text.endsWith(".git") ? text.length - 4 : -1;
  if (at < 0) return undefined;
  const repo = text.slice(0, at);
  return { repo: repo.length > 1 ? repo.replace(/\/$/, "") : repo, ...splitRef(text.slice(at + 4)) };
}

/** `https://github.com/OWNER/REPO/DIR@REF` and what GitHub shows in the browser: `…/tree/REF/DIR`. */
function atGitHub(text: string): PackageAddress | undefined {
  if (!text.includes("github.com") || hasGitSuffixAndRef(text)) return undefined;
  const found = /^([a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?(?:www\.)?github\.com[^/]*)(\/.*)?$/i.exec(text);
  if (!found) throw invalid(`invalid GitHub url: ${text}`);
  const [, host = "", path = ""] = found;
  const { directory, ref } = splitRef(path);
  const [owner, name, ...below] = directory.split("/").filter(part => part !== "");
  if (owner === undefined || name === undefined) throw invalid(`invalid GitHub pkg url: ${text}`);
  const repo = `${host}/${owner}/${name}`;
  if (below[0] === "tree" && below[1] !== undefined && ref === undefined) {
    return { repo, directory: below.slice(2).join("/"), ref: below[1], guessed: true };
  }
  return { repo, directory: below.join("/"), ref };
}

/** Azure Repos and AWS CodeCommit: the place of the repository in the path is known. */
function atHosting(text: string): PackageAddress | undefined {
  const found =
    /^([a-z]+:\/\/[^/]*(?:dev\.azure\.com|\.visualstudio\.com)\/(?:[^/]+\/){0,2}_git\/[^/@]+)(.*)$/.exec(
      text,
    ) ?? /^([a-z]+:\/\/git-codecommit[^/]*\.amazonaws\.com\/v1\/repos\/[^/@]+)(.*)$/.exec(text);
  if (!found) return undefined;
  const [, repo = "", rest = ""] = found;
  return { repo, ...splitRef(rest) };
}

/** `REPO.git@REF`: the root of a repository at a version. */
function atGitSuffixWithRef(text: string): PackageAddress | undefined {
  const found = /^(.+?)\.git@([^@]+)$/.exec(text);
  if (!found || !hasGitSuffixAndRef(text)) return undefined;
  const [, repo = "", ref = ""] = found;
  return { repo, directory: "/", ref: ref.replace(/\/$/, "") };
}

function hasGitSuffixAndRef(text: string): boolean {
  const repo = /^(.+?)\.git@[^@]+$/.exec(text)?.[1];
  return repo !== undefined && (repo.includes("://") || isPath(repo) || isScpLike(repo));
}

/** A path of this machine without `.git`: the longest beginning that is a repository. */
function onDisk(text: string, { cwd, isRepository }: LocateOptions): PackageAddress | undefined {
  if (!isPath(text)) return undefined;
  const { directory: path, ref } = splitRef(text);
  const absolute = resolve(cwd, path);
  for (let end = absolute.length; end > 0; end = absolute.lastIndexOf("/", end - 1)) {
    const repo = absolute.slice(0, end);
    if (isRepository(repo)) return { repo, directory: absolute.slice(end), ref };
  }
  return undefined;
}

/** Divides `DIR@REF`. */
function splitRef(text: string): { directory: string; ref: string | undefined } {
  const [directory = "", ref, ...more] = text.split("@");
  if (more.length > 0) throw new KptError("UPSTREAM_INVALID", "at most 1 version permitted");
  return { directory, ref: ref === undefined ? undefined : ref.replace(/\/$/, "") || undefined };
}

/** The spelling of a directory in Kptfiles: cleaned, and absolute in the repository. */
export function cleanDirectory(directory: string): string {
  const clean = cleanPath(directory.replace(/^\/+/, "") || ".");
  if (clean === ".." || clean.startsWith("../")) {
    throw invalid(`invalid directory ${JSON.stringify(directory)}: must not leave the repository`);
  }
  return clean === "." ? "/" : `/${clean}`;
}

function isPath(text: string): boolean {
  return isAbsolute(text) || /^\.\.?(\/|$)/.test(text);
}

/** `user@host:path` or `host:path` as ssh takes it. */
function isScpLike(text: string): boolean {
  return /^[^/:@]+@[^/:]+:/.test(text);
}

const refusedTransport = /^([a-z][a-z0-9+.-]*)::/i;

/**
 * Refuses what must never reach git: options in disguise, transports that run commands, control characters.
 * Kptfiles are hostile too, so every fetch asks.
 */
export function checkUpstream(upstream: { repo: string; ref: string }): void {
  for (const [what, text] of [
    ["repo URI", upstream.repo],
    ["reference", upstream.ref],
  ] as const) {
    const shown = JSON.stringify(text);
    if (text.startsWith("-")) throw invalid(`invalid git ${what} ${shown}: must not begin with '-'`);
    if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) {
      throw invalid(`invalid git ${what} ${shown}: must not contain control characters`);
    }
  }
  // Git refuses such hosts as well, since it learned the hard way that ssh takes them for options.
  if (/(^|:\/\/|@)-/.test(upstream.repo)) {
    throw invalid(`invalid git repo URI ${JSON.stringify(upstream.repo)}: a host must not begin with '-'`);
  }
  const transport = refusedTransport.exec(upstream.repo)?.[1];
  if (transport !== undefined) {
    const shown = JSON.stringify(upstream.repo);
    throw invalid(`invalid git repo URI ${shown}: transport "${transport}" is not allowed`);
  }
}

function ambiguous(): KptError {
  return invalid("ambiguous repo/dir@version specify '.git' in argument");
}

function invalid(message: string): KptError {
  return new KptError("UPSTREAM_INVALID", message, { label: "Error" });
}
