import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { TestContext } from "node:test";

export const repository = resolve(import.meta.dirname, "../../..");
export const binary = join(repository, "bin/kpt.cjs");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Sees the process while it runs. */
  meanwhile?: (child: ChildProcess) => void;
}

/** Runs the built binary with an environment of its own and waits for its end. */
export function kpt(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runNode([binary, ...args], options);
}

export function runNode(args: readonly string[], { cwd, env, meanwhile }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...args], {
    cwd: cwd ?? tmpdir(),
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended: Ended = { code: null, signal: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    ended.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    ended.stderr += text;
  });
  meanwhile?.(child);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done({ ...ended, code, signal }));
  });
}

/** A folder that is removed after the test; files are given by their path in it. */
export function temporary(t: TestContext, files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "kpt-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A copy of an example package, which the test may change. */
export function exampleCopy(t: TestContext, name: string): string {
  const folder = temporary(t);
  cpSync(join(repository, "examples", name), join(folder, name), { recursive: true });
  return folder;
}
