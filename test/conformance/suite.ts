import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/** Recorded cases of one kind: how to find them in a folder and how to run one. */
export interface Suite {
  name: string;
  /** The cases share something, for example a cluster, and run one after another. */
  serial?: boolean;
  cases(folder: string): Case[];
  /** Ends what the cases started. */
  close?(): Promise<void>;
}

export interface Case {
  name: string;
  /** Why the case can't be run yet, for example a function that doesn't exist. */
  notRun?(): string | undefined;
  /** What differs from the recording, a line each; nothing when the case passes. */
  run(): Promise<string[]>;
}

export const root = resolve(import.meta.dirname, "../../..");
export const binary = join(root, "bin/kpt.cjs");

export function readYaml<T>(path: string): T {
  return parse(readFileSync(path, "utf8"), { maxAliasCount: -1, version: "1.2" }) as T;
}

/** Sorted names of the folders in a folder. */
export function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
}

/** Paths, relative and sorted, of all folders below that hold the named entry. */
export function foldersWith(folder: string, entry: string, prefix = ""): string[] {
  const found = existsSync(join(folder, prefix, entry)) ? [prefix] : [];
  if (found.length > 0) return found;
  return foldersIn(join(folder, prefix)).flatMap(name => foldersWith(folder, entry, join(prefix, name)));
}

export interface Ended {
  exit: number | string;
  stdout: string;
  stderr: string;
}

export interface Started {
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdin?: string;
  seconds?: number;
}

/** Runs a program to its end. A killed one has `timeout` or `signal NAME` in place of the exit code. */
export function execute(command: string, args: readonly string[], options: Started): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: "pipe" });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        child.kill("SIGKILL");
      },
      (options.seconds ?? 60) * 1000,
    );
    child.stdout.on("data", data => stdout.push(data));
    child.stderr.on("data", data => stderr.push(data));
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      done({
        exit: late ? "timeout" : (code ?? `signal ${signal}`),
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
      });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

export function kpt(args: readonly string[], options: Started): Promise<Ended> {
  return execute(process.execPath, [binary, ...args], options);
}

/** Copies a folder that may be read-only; the copy can be written. */
export function copyWritable(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  const loosen = (path: string): void => {
    chmodSync(path, statSync(path).mode | 0o700);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) loosen(child);
      else if (entry.isFile()) chmodSync(child, (statSync(child).mode & 0o777) | 0o600);
    }
  };
  loosen(to);
}

/** The first lines in which two texts differ, for a reader. */
export function differences(label: string, expected: string, actual: string): string[] {
  if (expected === actual) return [];
  const want = expected.split("\n");
  const got = actual.split("\n");
  let at = 0;
  while (at < want.length && want[at] === got[at]) at++;
  const show = (lines: string[]): string[] => lines.slice(at, at + 3);
  return [
    `${label} differs at line ${at + 1}`,
    ...show(want).map(line => `  - ${JSON.stringify(line)}`),
    ...show(got).map(line => `  + ${JSON.stringify(line)}`),
  ];
}
