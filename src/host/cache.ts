import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { reasonOf } from "./io-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the cached repositories: `KPT_CACHE_DIR`, else `.kpt/repos` in the home directory. */
export function cacheRoot(env: Environment, cwd: string): string {
  const given = env["KPT_CACHE_DIR"];
  if (given) return resolve(cwd, given);
  const home = process.platform === "win32" ? env["USERPROFILE"] : env["HOME"];
  if (!home || !isAbsolute(home)) {
    throw new KptError("IO", "error looking up user home dir: $HOME is not defined", { label: "Error" });
  }
  return join(home, ".kpt", "repos");
}

/** Makes the folder of the cache; nobody else need see what a user fetches. */
export function makeCache(root: string): void {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    accessSync(root, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cacheUnusable(root, error);
  }
}

/** The folder of one address in the cache. Go kpt's names are base32: the two never share a folder. */
export function repositoryFolder(root: string, address: string, idLength: number): string {
  const hash = createHash("sha256").update(address).digest("hex").slice(0, 32);
  return join(root, `${hash}${idLength === 64 ? "-sha256" : ""}.git`);
}

/** Makes an empty bare repository, whole or not at all: no templates, so no hooks, and no address in it. */
export function ensureRepository(folder: string, idLength: number): void {
  if (existsSync(join(folder, "HEAD"))) return;
  const fresh = `${folder}.${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(join(fresh, "objects"), { recursive: true, mode: 0o700 });
    mkdirSync(join(fresh, "refs"));
    writeFileSync(join(fresh, "HEAD"), "ref: refs/heads/none\n");
    const format = idLength === 64 ? "1\n[extensions]\n\tobjectFormat = sha256" : "0";
    writeFileSync(join(fresh, "config"), `[core]\n\tbare = true\n\trepositoryformatversion = ${format}\n`);
    // What lies there without a HEAD is the ruin of a repository; the caller holds its lock.
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(join(folder, "HEAD"))) throw cacheUnusable(folder, error);
  }
}

/** Remembers that a repository is in use, so that it isn't cleared away. */
export function touchRepository(folder: string): void {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // a cache that can only be read is a cache all the same
  }
}

const repositoryName = /^[0-9a-f]{32}(-sha256)?\.git$/;

/** Removes repositories that nobody has used for three months: the cache must not grow for ever. */
export function clearUnused(root: string, now: number): void {
  for (const name of readdirSync(root)) {
    if (!repositoryName.test(name)) continue;
    const folder = join(root, name);
    const status = statSync(folder, { throwIfNoEntry: false });
    if (status && now - status.mtimeMs > 90 * 24 * 3600 * 1000) dropRepository(folder);
  }
}

export function dropRepository(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function cacheUnusable(folder: string, cause: unknown): KptError {
  const shown = JSON.stringify(folder);
  return new KptError("IO", `cannot use the repository cache ${shown}: ${reasonOf(cause)}`, {
    label: "Error",
    hint: "set KPT_CACHE_DIR to a folder that can be written",
    cause,
  });
}
