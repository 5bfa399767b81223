import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { isAbsolute, join, sep } from "node:path";
import { KptError } from "../core/error.ts";
import { errnoOf, ioError } from "./io-error.ts";
import { isStaged } from "./staging.ts";

/** The shortest spelling of a path with slashes, as Go's `path.Clean`: no `.`, no `//`, `..` resolved where possible. */
export function cleanPath(path: string): string {
  if (path === "") return ".";
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path;
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (!rooted) parts.push("..");
  }
  const joined = parts.join("/");
  return rooted ? `/${joined}` : joined || ".";
}

/** Whether a relative path, once cleaned, stays at or below the folder that it is relative to. */
export function staysInside(path: string): boolean {
  const clean = cleanPath(path);
  return clean !== ".." && !clean.startsWith("../") && !clean.startsWith("/");
}

/** Whether some part of the path is git's own folder, in any case: file systems may not tell `.GIT` from `.git`. */
export function touchesGit(path: string): boolean {
  return path.split("/").some(part => /^\.git[ .]*$/i.test(part));
}

/**
 * Judges a path that something in a package asks kpt to write, and returns it cleaned.
 * Throws `PATH_OUTSIDE_PACKAGE` for what no package content may touch.
 */
export function judgePath(path: string): string {
  const clean = cleanPath(path);
  if (clean === "." || clean.includes("\0")) refuse(path, "is not the name of a file");
  if (clean.startsWith("/")) refuse(path, "is absolute");
  if (!staysInside(clean)) refuse(path, "leaves the package");
  if (touchesGit(clean)) refuse(path, "belongs to git");
  if (clean.split("/").some(isStaged)) refuse(path, "has a name that kpt keeps for files half written");
  return clean;
}

function refuse(path: string, why: string): never {
  throw new KptError("PATH_OUTSIDE_PACKAGE", `path ${JSON.stringify(path)} ${why}`);
}

/**
 * Where writing `path` below `root` really ends up once links are followed: absolute, and certainly inside the root.
 * The file itself need not exist.
 */
export function resolveInside(root: string, path: string): string {
  const realRoot = realpathSync(root);
  const below: string[] = [];
  const rest = judgePath(path).split("/").reverse();
  let links = 0;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (below.pop() === undefined) refuse(path, "is a link that leaves the package");
      continue;
    }
    const next = join(realRoot, ...below, part);
    const status = statusOf(next, path);
    if (!status?.isSymbolicLink()) {
      below.push(part);
      continue;
    }
    if (++links > 40) refuse(path, "is a link that leads in a circle");
    const target = readlinkSync(next);
    if (isAbsolute(target)) refuse(path, "is a link that leaves the package");
    rest.push(...target.split(sep).reverse());
  }
  if (touchesGit(below.join("/"))) refuse(path, "belongs to git");
  return join(realRoot, ...below);
}

function statusOf(absolute: string, path: string): Stats | undefined {
  try {
    return lstatSync(absolute, { throwIfNoEntry: false });
  } catch (error) {
    // Below a file there is nothing, no link either.
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw ioError("lstat", path, error);
  }
}
