import { existsSync, lstatSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { KptError } from "../core/error.ts";
import { tryGit } from "../host/git.ts";

/** A warning if the package lies in a git repository that doesn't know its present state. Git is not required. */
export async function uncommittedChanges(
  directory: string,
  { env, signal }: { env: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<string | undefined> {
  const root = workTreeAround(directory);
  if (root === undefined) return undefined;
  const path = relative(root, directory) || ".";
  try {
    const result = await tryGit({
      args: ["--work-tree", root, "status", "--porcelain", "--ignore-submodules=all", "--", path],
      gitDir: join(root, ".git"),
      cwd: root,
      env,
      signal,
    });
    if (result.exitCode !== 0 || result.stdout.length === 0) return undefined;
    return "[Warn] the package has uncommitted changes; they are merged, but git can't bring them back ";
  } catch (error) {
    if (error instanceof KptError && error.code === "ABORTED") throw error;
    return undefined;
  }
}

/** The nearest folder above with a repository of its own; a `.git` inside the package itself is content, not ours. */
function workTreeAround(directory: string): string | undefined {
  for (let at = directory; at !== dirname(at); at = dirname(at)) {
    const git = join(at, ".git");
    if (existsSync(git)) return lstatSync(git).isDirectory() ? at : undefined;
  }
  return undefined;
}
