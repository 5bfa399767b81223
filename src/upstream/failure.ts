import { KptError } from "../core/error.ts";
import { GitFailure, withoutPassword } from "../host/git.ts";

/** Does something with git and says in the user's words what went wrong. */
export async function explainingGit<T>(
  upstream: { repo: string; ref?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GitFailure) throw explain(error, upstream);
    throw error;
  }
}

function explain(failure: GitFailure, { repo, ref }: { repo: string; ref?: string }): KptError {
  const shown = `"${withoutPassword(repo)}"`;
  const { output } = failure;
  let text: string;
  let hint: string | undefined;
  if (/'origin' does not appear to be a git repository/.test(output)) {
    // Older versions don't take settings from the environment, so they don't know our `origin`.
    text = "the installed git is too old";
    hint = "kpt needs git 2.31 or newer";
  } else if (/repository '.*' not found|repository not found/i.test(output)) {
    text = `Repository ${shown} not found.`;
  } else if (/could not resolve host|temporary failure in name resolution/i.test(output)) {
    text = `Unable to access repository ${shown}.`;
  } else if (/could not read (username|password)/i.test(output)) {
    text =
      `Repository ${shown} requires authentication. kpt does not support this for the 'https' protocol. ` +
      "Please use the 'git' protocol instead.";
    hint = "or let git know how to log in: kpt uses the credential helpers that are set up for git";
  } else {
    const about = failure.args[0] === "ls-remote" || ref === undefined ? "" : ` for reference "${ref}"`;
    text = `Failed to execute git command "${commandOf(failure, ref)}" against repo ${shown}${about}`;
  }
  const details = output.trim() === "" ? "" : `\n\nDetails:\n${output.trimEnd()}\n`;
  return new KptError("GIT_FAILED", text + details, {
    label: "Error",
    cause: failure,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The command as a person would type it, without the options that only keep us safe. */
function commandOf(failure: GitFailure, ref: string | undefined): string {
  if (failure.args.includes("fetch")) return `git fetch origin --depth=1 ${ref ?? ""}`.trimEnd();
  if (failure.args.includes("--symref")) return "git ls-remote --symref origin HEAD";
  if (failure.args[0] === "ls-remote") return "git ls-remote --heads --tags --refs origin";
  return `git ${failure.args[0] ?? ""}`;
}
