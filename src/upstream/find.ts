import { statSync } from "node:fs";
import { join } from "node:path";
import { KptError } from "../core/error.ts";
import type { GitUpstream } from "../package/kptfile.ts";
import type { UpstreamFetcher } from "./fetch.ts";
import { locatePackage } from "./locate.ts";

/** Takes a package address apart and fills in what only the repository knows: its default branch. */
export async function findUpstream(
  text: string,
  { fetcher, cwd }: { fetcher: UpstreamFetcher; cwd: string },
): Promise<GitUpstream> {
  const { repo, directory, ref, guessed } = locatePackage(text, { cwd, isRepository });
  if (guessed && ref !== undefined) {
    // A branch may be called `rel/one`; then nobody can say where the name ends and the directory begins.
    const branches = await fetcher.branches(repo);
    if (branches.some(branch => branch.startsWith(`${ref}/`))) {
      throw new KptError(
        "UPSTREAM_INVALID",
        `ambiguous repo/dir@version specify '.git' in argument: ${text}`,
        { label: "Error" },
      );
    }
  }
  if (ref !== undefined) return { repo, directory, ref };
  // The list of branches and tags is needed next: both questions travel at the same time.
  fetcher.branches(repo).catch(() => {});
  return { repo, directory, ref: await fetcher.defaultBranch(repo) };
}

/** Whether a folder is a git repository: one with a work tree or a bare one. */
function isRepository(path: string): boolean {
  const exists = (name: string): boolean =>
    statSync(join(path, name), { throwIfNoEntry: false }) !== undefined;
  return exists(".git") || (exists("HEAD") && exists("objects") && exists("refs"));
}
