import { KptError } from "../core/error.ts";
import { type ProgramResult, runProgram } from "./run.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What of the caller's `GIT_*` variables may reach our calls: how to connect, not which repository. */
const passedOn =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|SSL_.*|HTTP_.*|PROXY_.*|TRACE.*|CURL_.*|EXEC_PATH|PROTOCOL_FROM_USER)$/;

/** Settings that keep content of a repository from running anything, and git from working behind our back. */
const safety: readonly (readonly [string, string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["protocol.ext.allow", "never"],
  ["protocol.fd.allow", "never"],
  ["fetch.recurseSubmodules", "false"],
  ["fetch.writeCommitGraph", "false"],
  ["fetch.bundleURI", ""],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
];

/** A call of git that did not succeed: what was asked and what git said, without passwords. */
export class GitFailure extends KptError {
  readonly args: readonly string[];
  readonly output: string;

  constructor(args: readonly string[], result: Pick<ProgramResult, "exitCode" | "stderr">) {
    const output = cleanGitText(result.stderr.toString("utf8"));
    super("GIT_FAILED", `git ${args[0] ?? ""} failed: ${output.trim() || `exit code ${result.exitCode}`}`);
    this.args = args;
    this.output = output;
  }
}

export interface GitCall {
  args: readonly string[];
  /** The repository; without it git sees none, whatever folder it runs in. */
  gitDir?: string;
  cwd: string;
  env: Environment;
  /** Address of the remote `origin`, which is not written to the repository's configuration. */
  address?: string;
  stdin?: string | Uint8Array;
  signal?: AbortSignal;
  onStdout?: (chunk: Buffer) => void;
  onStderr?: (chunk: Buffer) => void;
}

/** Runs git and returns what it did, whatever the exit code. Throws GIT_MISSING where there is no git. */
export async function tryGit(call: GitCall): Promise<ProgramResult> {
  try {
    return await runProgram({
      command: "git",
      args: call.args,
      cwd: call.cwd,
      env: gitEnvironment(call.env, call),
      sparesBackground: true,
      ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.onStdout === undefined ? {} : { onStdout: call.onStdout }),
      ...(call.onStderr === undefined ? {} : { onStderr: call.onStderr }),
    });
  } catch (error) {
    if (error instanceof KptError && error.code === "NOT_FOUND") throw gitMissing(error);
    throw error;
  }
}

/** Runs git; anything but success is a GitFailure. */
export async function git(call: GitCall): Promise<ProgramResult> {
  const result = await tryGit(call);
  if (result.exitCode !== 0) throw new GitFailure(call.args, result);
  return result;
}

function gitMissing(cause?: unknown): KptError {
  return new KptError("GIT_MISSING", "kpt requires that `git` is installed and on the PATH", {
    label: "none",
    cause,
  });
}

/** The environment of every call of git: the caller's, without the variables that name a repository. */
function gitEnvironment(
  env: Environment,
  call: { gitDir?: string; address?: string } = {},
): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("GIT_") || passedOn.test(name)) result[name] = value;
  }
  const settings = callersSettings(env);
  settings.push(...safety);
  if (call.address !== undefined) settings.push(["remote.origin.url", call.address]);
  settings.forEach(([key, value], index) => {
    result[`GIT_CONFIG_KEY_${index}`] = key;
    result[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  result["GIT_CONFIG_COUNT"] = String(settings.length);
  result["GIT_DIR"] = call.gitDir ?? "/dev/null";
  result["GIT_TERMINAL_PROMPT"] = "0";
  result["GIT_NO_LAZY_FETCH"] = "1";
  result["GIT_OPTIONAL_LOCKS"] = "0";
  // Texts of git are recognised further on, so they must come untranslated.
  result["LC_ALL"] = "C";
  delete result["LANGUAGE"];
  const allowed = env["GIT_ALLOW_PROTOCOL"];
  if (allowed !== undefined) {
    result["GIT_ALLOW_PROTOCOL"] = allowed
      .split(":")
      .filter(name => name !== "ext" && name !== "fd")
      .join(":");
  }
  return result;
}

/** Settings the caller hands to git by variables, for example the credentials of a build server. */
function callersSettings(env: Environment): (readonly [string, string])[] {
  const count = Number(env["GIT_CONFIG_COUNT"] ?? 0);
  const settings: (readonly [string, string])[] = [];
  for (let index = 0; index < Math.min(count, 1000); index++) {
    const key = env[`GIT_CONFIG_KEY_${index}`];
    if (key !== undefined) settings.push([key, env[`GIT_CONFIG_VALUE_${index}`] ?? ""]);
  }
  return settings;
}

/** Hides passwords and tokens in addresses. */
export function withoutPassword(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:?[^\s/@]*@/gi, (whole, scheme: string) =>
    /^ssh/i.test(scheme) && !whole.slice(scheme.length).includes(":") ? whole : `${scheme}***@`,
  );
}

/** Text of git or of a server behind it, fit for the terminal. */
function cleanGitText(text: string): string {
  return withoutPassword(text.replace(/\r\n/g, "\n")).replace(/[^\n\t\x20-\x7e\u00a0-\u{10ffff}]/gu, "�");
}
