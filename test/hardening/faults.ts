import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { World } from "../upstream/world.ts";

const kpt = resolve(import.meta.dirname, "../../../bin/kpt.cjs");

/** What happens at one of the operations by which kpt changes files below a folder. */
export type Fault = NodeJS.Signals | "ENOSPC" | "EACCES";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** How many operations on files below the folder there were. */
  operations: number;
}

/** Loaded before kpt: counts what changes files below a folder, and lets one such operation go wrong. */
const preload = `
const fs = require("node:fs");
const { root, at, fault, count } = JSON.parse(process.env.KPT_TEST_FAULT);
const write = fs.writeFileSync;
const kill = process.kill.bind(process, process.pid);
let operations = 0;
for (const name of ["writeFileSync", "renameSync", "mkdirSync", "mkdtempSync", "rmSync", "rmdirSync", "unlinkSync",
  "linkSync", "copyFileSync", "chmodSync"]) {
  const original = fs[name];
  fs[name] = (path, ...rest) => {
    if (typeof path !== "string" || !path.startsWith(root) || operations++ !== at) return original(path, ...rest);
    if (name === "writeFileSync") write(path, Buffer.from(rest[0]).subarray(0, rest[0].length / 2));
    if (!fault.startsWith("SIG")) throw Object.assign(new Error(fault), { code: fault });
    kill(fault);
    return original(path, ...rest);
  };
}
require("node:module").syncBuiltinESMExports();
process.on("exit", () => write(count, String(operations)));
`;

/** Runs kpt (or another script) to its end; with a fault, the operation with that number goes wrong. */
export async function runWithFault(
  world: World,
  args: readonly string[],
  { program = kpt, at = -1, fault }: { program?: string | undefined; at?: number; fault?: Fault } = {},
): Promise<Ended> {
  const script = join(world.root, "preload.cjs");
  const count = join(world.root, "operations");
  writeFileSync(script, preload);
  const child: ChildProcess = spawn(process.execPath, ["--require", script, program, ...args], {
    cwd: world.work,
    env: { ...world.env, KPT_TEST_FAULT: JSON.stringify({ root: world.work, at, fault, count }) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(done =>
    child.on("close", (...ended) => done(ended)),
  );
  const operations = code === null ? 0 : Number(readFileSync(count, "utf8"));
  return { code, signal, stderr, operations };
}

/** Every file, link and folder below a folder, what is half written included: path → kind, mode and content. */
export function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const absolute = join(folder, path);
    const status = lstatSync(absolute);
    const mode = (status.mode & 0o777).toString(8);
    if (status.isSymbolicLink()) found[path] = `link ${readlinkSync(absolute)}`;
    else if (status.isDirectory()) found[path] = "folder";
    else found[path] = `${mode} ${readFileSync(absolute, "utf8")}`;
  }
  return found;
}

export function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}
