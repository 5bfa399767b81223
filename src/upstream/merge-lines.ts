import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryGit } from "../host/git.ts";
import { ioError } from "../host/io-error.ts";
import type { MergeLines } from "../merge/files.ts";

/** Merges text files line by line with `git merge-file`. */
export function linesByGit(options: {
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}): MergeLines {
  return async ({ base, upstream, local }) => {
    const temporary = options.env["TMPDIR"] || tmpdir();
    let folder: string;
    try {
      folder = mkdtempSync(join(temporary, "kpt-merge-"));
    } catch (error) {
      throw ioError("mkdir", temporary, error);
    }
    try {
      writeFileSync(join(folder, "local"), local);
      writeFileSync(join(folder, "base"), base);
      writeFileSync(join(folder, "upstream"), upstream);
      const args = ["merge-file", "--quiet", "local", "base", "upstream"];
      const result = await tryGit({ args, cwd: folder, env: options.env, signal: options.signal });
      // The exit code is the number of conflicts, or 255 for what is no text.
      return result.exitCode === 0 ? readFileSync(join(folder, "local")) : undefined;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
